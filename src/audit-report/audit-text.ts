import { countsText } from '../check-report/text-report.ts';
import { printable } from '../mistake/printable.ts';
import { type Audit, exemptionText, findingsOf, ownerName, type PlacedFinding } from './audited.ts';

const WORDS = { deny: ['denied', 31], warn: ['warning', 33], audit: ['audit', 36], exempt: ['exempt', 36] } as const;
const MAX_IDS = 3;

/** For people: what stands, then what is exempt, and the counts. */
export function auditText(audit: Audit, colors: boolean): string {
  const { standing, exempt } = findingsOf(audit);
  const line = (found: PlacedFinding): string => findingText(found, colors);
  const parts = [standing, exempt].map((findings) => findings.map(line).join('')).filter((text) => text !== '');
  const { retired } = audit.counts;
  const left = retired === 0 ? '' : ` ${retired === 1 ? 'One old revision' : `${retired} old revisions`} left out.`;
  return [...parts, `${countsText(audit.counts)}${left}\n`].join('\n');
}

function findingText({ owner, finding }: PlacedFinding, colors: boolean): string {
  const { level, rule, text, exemption, pods, imageIds } = finding;
  const [word, color] = WORDS[level];
  const painted = colors ? `\u001B[${color}m${word}\u001B[39m` : word;
  const by = exemption === undefined ? '' : ` by ${exemptionText(exemption)}`;
  const said = `${ownerName(owner)}: ${painted}${by}: ${text.replaceAll('\n', '\n  ')} [${rule}]\n`;
  if (pods === 0) return said;
  const ids = imageIds.slice(0, MAX_IDS).map((id) => printable(id));
  const more = imageIds.length > MAX_IDS ? ` and ${imageIds.length - MAX_IDS} more` : '';
  const as = ids.length === 0 ? '' : `, as ${ids.join(', ')}${more}`;
  return `${said}  ${pods === 1 ? 'One pod has' : `${pods} pods have`} it${as}.\n`;
}
