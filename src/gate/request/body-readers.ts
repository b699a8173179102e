import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import bodyParser from 'koa-bodyparser';
import type { Context } from 'koa';
import { MAX_BODY_BYTES } from './body-limits.ts';
import { JsonMarks } from './json-marks.ts';
import { ClientGoneError, emptyBody, notJson, Refusal, tooComplex, tooLarge } from './refusal.ts';

/** Skipped, as koa-bodyparser does. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Takes the chunks of one body and parses it. */
export interface BodyReader {
  /** Returns a refusal if the body must not be read on. */
  add(chunk: Buffer): Refusal | undefined;
  /** The body is complete. Called once, and never after `fail`. */
  end(): void;
  /** The body is abandoned. */
  fail(reason: Error): void;
  /** The marks of JSON in all chunks. */
  marks(): number;
  readonly parsed: Promise<object>;
}

/** Does what koa-bodyparser does, without its cost for streams of any size and encoding (docs/decisions/0006). */
export class SmallReader implements BodyReader {
  readonly parsed: Promise<object>;
  readonly #chunks: Buffer[] = [];
  #resolve!: (value: object) => void;
  #reject!: (reason: Error) => void;

  constructor() {
    this.parsed = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  add(chunk: Buffer): undefined {
    this.#chunks.push(chunk);
  }

  marks(): number {
    const marks = new JsonMarks();
    for (const chunk of this.#chunks) marks.add(chunk);
    return marks.count;
  }

  end(): void {
    try {
      // Most bodies are one chunk: to copy 10 KB would cost a hundredth of the request.
      const [first, ...more] = this.#chunks;
      const body = first !== undefined && more.length === 0 ? first : Buffer.concat(this.#chunks);
      this.#resolve(parsedObject(body.toString()));
    } catch (error) {
      this.#reject(error as Error);
    }
  }

  fail(reason: Error): void {
    this.#reject(reason);
  }
}

/** Passes a large or chunked body to koa-bodyparser, in a stream that we can end. */
export class LargeReader implements BodyReader {
  readonly parsed: Promise<object>;
  readonly #stream = new PassThrough();
  readonly #marks = new JsonMarks();
  readonly #maxMarks: number;

  constructor({ headers }: IncomingMessage, parse: BodyParser, maxMarks: number) {
    this.#maxMarks = maxMarks;
    // After koa-bodyparser has failed, nothing else listens for the error of a client that goes away.
    this.#stream.on('error', () => {});
    this.parsed = parse(Object.assign(this.#stream, { headers }));
  }

  add(chunk: Buffer): Refusal | undefined {
    this.#marks.add(chunk);
    if (this.#marks.count > this.#maxMarks) return tooComplex(this.#maxMarks);
    this.#stream.write(chunk);
    return undefined;
  }

  marks(): number {
    return this.#marks.count;
  }

  end(): void {
    this.#stream.end();
  }

  fail(reason: Error): void {
    this.#stream.destroy(reason);
  }
}

function parsedObject(text: string): object {
  const value = valueOf(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  if (typeof value !== 'object' || value === null) throw notJson();
  return value;
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // JSON.parse quotes the body in its error, which must not get into log or answer.
    throw notJson();
  }
}

/** Two options that koa-bodyparser's types lack. */
interface Options extends Omit<bodyParser.Options, 'jsonLimit'> {
  /** As a number, it is not parsed again for each request. */
  readonly jsonLimit: number;
  /** `ignore`: a key `__proto__` becomes an own property like any other, which is harmless here. */
  readonly onProtoPoisoning: 'ignore';
}

/** Reads a stream with the headers of a request as JSON: an object or an array, of at most `MAX_BODY_BYTES`, in UTF-8. */
export type BodyParser = (stream: PassThrough & Pick<IncomingMessage, 'headers'>) => Promise<object>;

export function createParser(): BodyParser {
  const options: Options = {
    enableTypes: ['json'],
    jsonLimit: MAX_BODY_BYTES,
    onProtoPoisoning: 'ignore',
    // The request check has verified the content type.
    detectJSON: () => true,
    onerror: (error) => {
      throw bodyError(error);
    },
  };
  const parse = bodyParser(options as unknown as bodyParser.Options);
  return async (stream) => {
    // The parts of a context that the parser uses.
    const request: { body?: object; rawBody?: string } = {};
    await parse({ req: stream, request } as unknown as Context, async () => {});
    // The parser makes an empty object of an empty body.
    if (request.rawBody === '') throw emptyBody();
    return request.body ?? {};
  };
}

/** The parser's error without the body, which it carries as a property and, for bad JSON, partly in its message. */
function bodyError(error: Error & { readonly type?: string }): Error {
  if (error instanceof Refusal || error instanceof ClientGoneError) return error;
  if (error instanceof SyntaxError) return notJson();
  if (error.type === 'entity.too.large') return tooLarge();
  return new Error(`The body cannot be read: ${error.message}`);
}
