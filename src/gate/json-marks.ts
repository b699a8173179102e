import type { Context, Next } from 'koa';
import { MAX_JSON_MARKS } from './body-limits.ts';
import { Refusal } from './refusal.ts';

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
 * Refuses a body of which the values would take more memory than the process has: JSON.parse cannot be told to stop, and
 * running out of memory ends the process. It counts along while the body parser reads. A body that is too small to have
 * as many marks is not looked at, so that almost no review pays for this.
 */
export function limitJsonMarks(ctx: Context, next: Next): Promise<unknown> {
  const { req } = ctx;
  if (Number(req.headers['content-length'] ?? Infinity) <= MAX_JSON_MARKS) return next();
  const marks = new JsonMarks();
  const count = (chunk: Buffer): void => {
    marks.add(chunk);
    if (marks.count <= MAX_JSON_MARKS) return;
    req.off('data', count);
    // The body parser listens too: an error of the stream is the one thing that makes it stop.
    req.emit('error', new Refusal('body-too-complex', `The body has more than ${MAX_JSON_MARKS} values.`));
  };
  req.on('data', count);
  return next().finally(() => req.off('data', count));
}
