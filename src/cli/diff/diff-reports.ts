import { objectName } from '../../manifest/owners.ts';
import { locationText } from '../../mistake/mistake.ts';
import { plural } from '../../mistake/plural.ts';
import { printable } from '../../mistake/printable.ts';
import type { DiffFormat } from './diff-formats.ts';
import { type Change, type Effect, EFFECTS } from './policy-changes.ts';

export interface PolicyDiff {
  /** By image and owner. */
  readonly changes: readonly Change[];
  /** How many objects with pods were compared. */
  readonly judged: number;
  /** What could not be, a line each. */
  readonly unjudged: readonly string[];
}

/** What `imagegate diff` can print, by `--format`. */
export const DIFF_REPORTS: Readonly<Record<DiffFormat, (diff: PolicyDiff) => string>> = { text, json, markdown };

/** Those that are told one by one, with their headings; the others are counted. */
const TOLD = [
  ['newlyDenied', 'Newly denied'],
  ['newlyAllowed', 'Newly allowed'],
  ['rewrittenOtherwise', 'Rewritten otherwise'],
] as const;

function text(diff: PolicyDiff): string {
  const sections = TOLD.map(([effect, heading]) => section(heading, textLines(changesOf(diff, effect))));
  return [...sections, section('Could not be judged', diff.unjudged), `${countsText(diff)}\n`].join('');
}

function section(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${heading}:\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

function textLines(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change, index) => {
    const image = imageName(change);
    const isSame = index > 0 && image === imageName(changes[index - 1]!);
    const why = [...change.why.keys()].map((sentence) => `    ${sentence.replaceAll('\n', '\n        ')}`);
    const { source } = change.location;
    const place = source.line === undefined ? '' : ` (${locationText({ source })})`;
    return [...(isSame ? [] : [image]), `  ${objectName(change.owner)}${place}`, ...why];
  });
}

function json({ changes, judged, unjudged }: PolicyDiff): string {
  const lists = TOLD.map(([told]) => [told, changes.filter(({ effect }) => effect === told).map(jsonOf)] as const);
  const counts = { ...countsOf(changes), judged, unjudged: unjudged.length };
  return `${JSON.stringify({ ...Object.fromEntries(lists), unjudged, counts }, null, 2)}\n`;
}

function jsonOf({ image, owner, location: { source }, why }: Change): object {
  const findings = [...why.values()].map(({ rule, text: message }) => ({ rule, message }));
  // A cluster has no lines.
  const { name: file, line, column } = source;
  return { image, owner: objectName(owner), ...(line !== undefined && { file, line, column }), findings };
}

function markdown(diff: PolicyDiff): string {
  const head = '| image | owner | why |\n| --- | --- | --- |\n';
  const tables = TOLD.map(([effect, heading]) => part(heading, head, changesOf(diff, effect).map(tableRow)));
  const unread = diff.unjudged.map((line) => `- ${code(line)}\n`);
  return `### Change of the image policy\n\n${tables.join('')}${part('Could not be judged', '', unread)}${countsText(diff)}\n`;
}

function tableRow(change: Change): string {
  const why = [...change.why.keys()].map(code).join('<br>');
  return `| ${code(imageName(change))} | ${code(objectName(change.owner))} | ${why} |\n`;
}

/** In characters: a comment on GitHub has at most 65,536, and three parts. */
const MAX_PART = 20_000;

function part(heading: string, head: string, rows: readonly string[]): string {
  if (rows.length === 0) return '';
  let length = 0;
  const fitting = rows.filter((row) => (length += row.length) <= MAX_PART);
  const left = rows.length - fitting.length;
  return `**${heading}**\n\n${head}${fitting.join('')}\n${left === 0 ? '' : `… and ${left} more.\n\n`}`;
}

/** A stranger's text: in code there is neither markup nor a mention, only its end, and that of a table's cell. */
function code(stranger: string): string {
  return `\`${stranger.replaceAll('`', "'").replaceAll('|', '\\|').replaceAll('\n', ' ')}\``;
}

function imageName({ image }: Change): string {
  return image === undefined ? 'no image, as the object cannot be read' : printable(image);
}

function changesOf({ changes }: PolicyDiff, told: Effect): readonly Change[] {
  return changes.filter(({ effect }) => effect === told);
}

function countsOf(changes: readonly Change[]): Readonly<Record<Effect, number>> {
  const counts = Object.fromEntries(EFFECTS.map((effect) => [effect, 0])) as Record<Effect, number>;
  for (const { effect } of changes) counts[effect] += 1;
  return counts;
}

/** `1 newly denied, 0 newly allowed, 2 newly warned about; 5 objects compared.` An image counts once for each owner. */
function countsText({ changes, judged, unjudged }: PolicyDiff): string {
  const { newlyDenied, newlyAllowed, rewrittenOtherwise, newlyWarned, noLongerWarned } = countsOf(changes);
  const optional = [
    [rewrittenOtherwise, 'rewritten otherwise'],
    [newlyWarned, 'newly warned about'],
    [noLongerWarned, 'no longer warned about'],
    [unjudged.length, 'not judged'],
  ] as const;
  const said = optional.filter(([count]) => count > 0).map(([count, what]) => `, ${count} ${what}`);
  return `${newlyDenied} newly denied, ${newlyAllowed} newly allowed${said.join('')}; ${plural(judged, 'object')} compared.`;
}
