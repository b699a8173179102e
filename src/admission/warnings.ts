import type { Finding } from '../engine/finding.ts';
import { sentence, type ToSentence } from './response.ts';
import { lastDay } from '../engine/exemptions.ts';
import type { Exemption } from '../engine/policy.ts';
import { printable } from '../mistake/printable.ts';

export const MAX_LENGTH = 256;
/** Past 4,096 characters in all, the API server cuts warnings, then drops them. */
export const MAX_WARNINGS = 15;

/**
 * A warning per finding, each ending in the rule's name, after `others`; if not all fit, the last says how many were left
 * out.
 */
export function warnings(
  findings: readonly Finding[],
  others: readonly string[] = [],
  toSentence: ToSentence = sentence,
): readonly string[] {
  const before = others.length;
  return warningsOf(before + findings.length, (index) =>
    index < before ? others[index]! : warning(findings[index - before]!, toSentence),
  );
}

/** As many of these warnings as fit, each made only then. */
export function warningsOf(count: number, warningAt: (index: number) => string): readonly string[] {
  const places = count <= MAX_WARNINGS ? count : MAX_WARNINGS - 1;
  const shown = Array.from({ length: places }, (_, index) => warningAt(index));
  return count > places ? [...shown, `… and ${count - places} more`] : shown;
}

function warning(finding: Finding, toSentence: ToSentence): string {
  const next = finding.deniesNewPods === true ? ' Its new pods will be denied.' : '';
  const end = `${next} [imagegate: ${finding.rule}]`;
  return cutBefore(end, toSentence(finding));
}

/** A text and its end, of which the text is cut where both are too long for a warning. */
export function cutBefore(end: string, text: string): string {
  return text.length + end.length <= MAX_LENGTH ? text + end : `${text.slice(0, MAX_LENGTH - end.length - 3)}...${end}`;
}

const MS_PER_DAY = 86_400_000;
/** How many days before an exemption expires its users are warned. */
export const DAYS_AHEAD = 7;

/** A warning for each exemption that was used and is about to expire. */
export function expiryWarnings(findings: readonly Finding[], now: number): readonly string[] {
  const used = new Set<Exemption>();
  for (const { exemption } of findings) if (exemption !== undefined) used.add(exemption);
  return [...used]
    .filter(({ expires }) => expires - now <= DAYS_AHEAD * MS_PER_DAY)
    .map((exemption) => {
      const { name, owner } = exemption;
      const text = `The exemption ${name} ends after ${lastDay(exemption)} (UTC) and covers nothing from then on. It is kept by ${owner}.`;
      return `${printable(text, 230)} [imagegate]`;
    });
}
