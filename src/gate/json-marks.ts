import type { Context, Next } from 'koa';
import { overloaded } from './body-budget.ts';
import { Refusal } from './refusal.ts';
import { refuseBody } from './refuse-body.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** 1 for the bytes that begin or separate values, 0 for all others. */
const MARK = new Uint8Array(256);
for (const mark of '{[:,') MARK[mark.charCodeAt(0)] = 1;

/** Counts marks in a text that comes in pieces. */
export class JsonMarks {
  count = 0;
  #inString = false;
  #escaped = false;

  add(chunk: Uint8Array): void {
    let count = 0;
    let inString = this.#inString;
    let escaped = this.#escaped;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] as number;
      if (!inString) {
        count += MARK[byte] as number;
        inString = byte === QUOTE;
      } else if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else inString = byte !== QUOTE;
    }
    this.count += count;
    this.#inString = inString;
    this.#escaped = escaped;
  }
}

/**
 * Makes what keeps the values of all large bodies that are in memory at the same time within the heap: JSON.parse cannot
 * be told to stop, and running out of memory ends the process. It counts along while the body parser reads. A body that
 * has more marks than there may be is refused; so is one, to be sent again, that would have too many beside those that
 * are being judged, as they may be for as long as custom rules take.
 */
export function createJsonMarksLimit(maxMarks: number) {
  let inFlight = 0;
  return function limitJsonMarks({ req }: Context, next: Next): Promise<unknown> {
    const marks = new JsonMarks();
    let taken = 0;
    const stop = (): void => void req.off('data', count).off('end', take);
    const refuse = (refusal: Refusal): void => {
      stop();
      refuseBody(req, refusal);
    };
    const count = (chunk: Buffer): void => {
      marks.add(chunk);
      if (marks.count > maxMarks) refuse(new Refusal('body-too-complex', `The body has more than ${maxMarks} values.`));
    };
    const take = (): void => {
      if (inFlight + marks.count > maxMarks) refuse(overloaded());
      else inFlight += taken = marks.count;
    };
    req.on('data', count).on('end', take);
    return next().finally(() => {
      stop();
      inFlight -= taken;
    });
  };
}
