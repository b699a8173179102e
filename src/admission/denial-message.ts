import type { Finding } from '../engine/finding.ts';
import { linesWithin } from './lines-within.ts';
import { sentence, type Tell } from './sentence.ts';

/**
 * One sentence a line, in the order of the findings, in at most 4 KiB; where not all fit, a line says how many did not.
 *
 * @param contact the last line, if the operator wrote one
 */
export function denialMessage(findings: readonly Finding[], contact?: string, tell: Tell = sentence): string {
  const lines = {
    count: findings.length,
    line: (index: number) => tell(findings[index] as Finding),
    more: (left: number) => `… and ${left} more violations.`,
  };
  return linesWithin(lines, '', contact === undefined ? '' : `\n${contact}`);
}
