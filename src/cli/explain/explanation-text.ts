import { printable } from '../../mistake/printable.ts';
import { placeText, rewritesText } from '../pod-review.ts';
import type { Explanation, Invalid, Reading, ReadPart, RuleAnswer } from './explanation.ts';
import type { Original } from './originals.ts';

/** An explanation for people: the verdict, how the reference is read, what each rule says, and what would pass. */
export function explanationText(explained: Explanation): string {
  const { verdict, notice, reference, rewritten, original, originals = [], rules, image, nearest } = explained;
  const paragraphs = [
    [`${placeText(explained)}: ${verdict}.`, ...(notice === undefined ? [] : [`Warning: ${notice}`])],
    'reason' in reference ? invalidLines(image, reference) : readingLines(reference, rewritten),
    original === undefined ? originals.map(originalLine) : [claimLine(original)],
    rules.flatMap(answerLines),
    nearest === undefined ? [] : [`Would pass: ${printable(nearest, 1024)}`],
  ];
  const texts = paragraphs.map((lines, index) => lines.map((line) => (index === 0 ? line : `  ${line}`)).join('\n'));
  return `${texts.filter((text) => text !== '').join('\n\n')}\n`;
}

function readingLines({ full, ...parts }: Reading, rewritten: string | undefined): readonly string[] {
  const rows = [...Object.entries(parts).map(([name, part]) => [name, partText(part)]), ['in full', full]];
  if (rewritten !== undefined) rows.push(['judged as', rewritten]);
  return rows.map(([name, text]) => `${name!.padEnd(12)}${text}`);
}

function originalLine({ reference, rewrites }: Original): string {
  return `It is what the policy makes of ${printable(reference, 1024)} (${rewritesText(rewrites)}).`;
}

function claimLine({ reference, rewrites }: Original): string {
  const what = `Its pod was made with ${printable(reference, 1024)}`;
  return `${what}, as its annotation imagegate/rewritten says (${rewritesText(rewrites)}).`;
}

function partText({ written, read }: ReadPart): string {
  if (read === undefined) return 'none';
  if (written === read) return read;
  return written === undefined ? `${read}, by default` : `${read}, for ${written}`;
}

/** How many characters are shown on either side of the caret. */
const AROUND = 60;

function invalidLines(image: string, { reason, position }: Invalid): readonly string[] {
  const from = Math.max(0, position - AROUND);
  const before = (from > 0 ? '...' : '') + printable(image.slice(from, position), Infinity);
  const after = printable(image.slice(position, position + AROUND), Infinity);
  const rest = position + AROUND < image.length ? '...' : '';
  return [before + after + rest, `${' '.repeat(before.length)}^`, reason];
}

const VERBS = { deny: 'denies', warn: 'warns', audit: 'records' } as const;

function answerLines(answer: RuleAnswer): readonly string[] {
  const places = answer.places.length === 0 ? 'by default' : answer.places.join(', ');
  return [`${answer.rule}: ${answerText(answer)} (${places})`, ...answer.sentences.map((sentence) => `  ${sentence}`)];
}

function answerText({ answer, action, mappings = [], exemption }: RuleAnswer): string {
  if (answer === 'fine') return 'fine';
  if (answer === 'rewritten') return `rewrites it, ${printable(mappings.join(', '), 1024)}`;
  if (answer === 'elsewhere') return 'does not judge it: its namespaces or images are others';
  if (exemption === undefined) return VERBS[action];
  const { name, owner, expires } = exemption;
  return printable(
    `exempt by ${name}, kept by ${owner}, ${expires === 'never' ? 'without an end' : `until ${expires}`}`,
  );
}
