import type { Finding } from '../engine/evaluate.ts';
import { sentence, type Tell } from './sentence.ts';

/** A terminal page, and far below what the API server carries. */
const MAX_BYTES = 4096;
/** For the last line, with a number of any size that fits a request. */
const TAIL_BYTES = 40;

/** One sentence a line, in the order of the findings, in at most 4 KiB; the last line says how many did not fit. */
export function denialMessage(findings: readonly Finding[], tell: Tell = sentence): string {
  let message = '';
  for (const [index, finding] of findings.entries()) {
    // All ASCII, so characters are bytes.
    const longer = message === '' ? tell(finding) : `${message}\n${tell(finding)}`;
    const left = findings.length - index;
    if (longer.length > (left === 1 ? MAX_BYTES : MAX_BYTES - TAIL_BYTES))
      return `${message}\n… and ${left} more violations.`;
    message = longer;
  }
  return message;
}
