import { countsText, levelWord } from '../check-report/text-report.ts';
import { objectName } from '../manifest/owners.ts';
import { plural } from '../mistake/plural.ts';
import { printable } from '../mistake/printable.ts';
import { type Audit, exemptionText, findingsOf, type PlacedFinding } from './audited.ts';

const MAX_IDS = 3;

/** For people: what stands, then what is exempt, and the counts. */
export function auditText(audit: Audit, colors: boolean): string {
  const { standing, exempt } = findingsOf(audit);
  const line = (found: PlacedFinding): string => findingText(found, colors);
  const parts = [standing, exempt].map((findings) => findings.map(line).join('')).filter((text) => text !== '');
  return [...parts, `${auditCountsText(audit)}\n`].join('\n');
}

/** `3 objects of 1 owner denied, 5 allowed. Left out: 1 old revision, 2 pods that have ended.` */
export function auditCountsText({ owners, counts }: Audit): string {
  const denied = owners.filter(({ findings }) => findings.some(({ level }) => level === 'deny')).length;
  const of = denied === 0 ? '' : ` of ${plural(denied, 'owner')}`;
  const left = [
    [counts.retired, plural(counts.retired, 'old revision')],
    [counts.ended, `${plural(counts.ended, 'pod')} that ${counts.ended === 1 ? 'has' : 'have'} ended`],
  ] as const;
  const told = left.filter(([count]) => count > 0).map(([, words]) => words);
  const objects = counts.denied === 1 ? 'object' : 'objects';
  return `${countsText(counts, `${objects}${of} denied`)}${told.length === 0 ? '' : ` Left out: ${told.join(', ')}.`}`;
}

function findingText({ owner, finding }: PlacedFinding, colors: boolean): string {
  const { level, rule, text, exemption, pods, imageIds } = finding;
  const by = exemption === undefined ? '' : ` by ${exemptionText(exemption)}`;
  const said = `${objectName(owner)}: ${levelWord(level, colors)}${by}: ${text.replaceAll('\n', '\n  ')} [${rule}]\n`;
  if (pods === 0) return said;
  const ids = imageIds.slice(0, MAX_IDS).map((id) => printable(id));
  const more = imageIds.length > MAX_IDS ? ` and ${imageIds.length - MAX_IDS} more` : '';
  const as = ids.length === 0 ? '' : `, as ${ids.join(', ')}${more}`;
  return `${said}  ${pods === 1 ? 'One pod has' : `${pods} pods have`} it${as}.\n`;
}
