import { objectName } from '../manifest/owners.ts';
import { printable } from '../mistake/printable.ts';
import { auditCountsText } from './audit-text.ts';
import { type Audit, findingsOf, type PlacedFinding } from './audited.ts';

/** For a page or a pull request: a table of what stands, and one of what is exempt. */
export function auditMarkdown(audit: Audit): string {
  const { standing, exempt } = findingsOf(audit);
  const tables = [
    ['Violations', standing],
    ['Exempt', exempt],
  ] as const;
  const sections = tables.filter(([, findings]) => findings.length > 0).map(([title, found]) => markdown(title, found));
  return [...sections, `${auditCountsText(audit)}\n`].join('\n');
}

function markdown(title: string, findings: readonly PlacedFinding[]): string {
  const rows = findings.map(({ owner, finding }) => {
    const { level, rule, exemption, image = '', pods, text } = finding;
    const action = exemption === undefined ? level : `exempt by ${exemption.name}`;
    return [objectName(owner), action, rule, printable(image), String(pods), text.replaceAll('\n', ' ')];
  });
  const table = [...HEAD, ...rows.map((cells) => cells.map(escaped))];
  return `## ${title}\n\n${table.map((cells) => `| ${cells.join(' | ')} |\n`).join('')}`;
}

const HEAD = [['Object', 'Action', 'Rule', 'Image', 'Pods', 'Why'], Array<string>(6).fill('---')];

/** What a stranger has written is no markup. */
function escaped(cell: string): string {
  return cell.replaceAll(/[\\`*_[\]<>|&#!~]/g, '\\$&');
}

const COLUMNS = [
  'namespace',
  'kind',
  'name',
  'action',
  'rule',
  'exemption',
  'container',
  'image',
  'pods',
  'imageIDs',
  'sentence',
] as const;

/** For spreadsheets, by RFC 4180. */
export function auditCsv(audit: Audit): string {
  const { standing, exempt } = findingsOf(audit);
  const rows = [...standing, ...exempt].map(({ owner: { namespace, kind, name }, finding }) => {
    const { level, rule, exemption, container = '', image = '', pods, imageIds, text } = finding;
    const place = [namespace, kind, name, level, rule, exemption?.name ?? '', container];
    return [...place, image, String(pods), imageIds.join(' '), text];
  });
  return [COLUMNS, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/** A spreadsheet would run what begins like a formula. */
function csvCell(value: string): string {
  const plain = printable(value.replaceAll('\n', ' '), 4096).replace(/^[=+\-@]/, "'$&");
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
