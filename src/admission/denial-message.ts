import type { Finding } from '../engine/finding.ts';
import { sentence, type Tell } from './sentence.ts';

/** A terminal page, and far below what the API server carries. */
const MAX_BYTES = 4096;
/** For the last line, with a number of any size that fits a request. */
const TAIL_BYTES = 40;

/**
 * One sentence a line, in the order of the findings, in at most 4 KiB; where not all fit, a line says how many did not.
 *
 * @param contact the last line, if the operator wrote one
 */
export function denialMessage(findings: readonly Finding[], contact?: string, tell: Tell = sentence): string {
  const end = contact === undefined ? '' : `\n${contact}`;
  const room = MAX_BYTES - end.length;
  let message = '';
  for (const [index, finding] of findings.entries()) {
    // All ASCII, so characters are bytes.
    const longer = message === '' ? tell(finding) : `${message}\n${tell(finding)}`;
    const left = findings.length - index;
    if (longer.length > (left === 1 ? room : room - TAIL_BYTES))
      return `${message}\n… and ${left} more violations.${end}`;
    message = longer;
  }
  return message + end;
}
