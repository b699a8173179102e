import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { BODY_LIMITS, isInPieces, SMALL_BODY_BYTES, type BodyLimits, type Room } from './body-limits.ts';
import { createParser, LargeReader, SmallReader, type BodyReader } from './body-readers.ts';
import { FairBudget, type Share } from './fair-budget.ts';
import { ValuesBudget } from './json-marks.ts';
import { ClientGoneError, inPieces, overloaded } from './refusal.ts';

/** Middleware that reads the body of a checked request, and holds its share of the budgets until the answer. */
export function createBodyReader(limits: BodyLimits = BODY_LIMITS): Middleware {
  const parse = createParser();
  const [small, large] = [new Budgets(limits.small), new Budgets(limits.large)];
  return async (ctx, next) => {
    const { req } = ctx;
    const body = isSmall(req)
      ? new Body(req, new SmallReader(), small)
      : new Body(req, new LargeReader(req, parse, limits.large.marks), large);
    try {
      ctx.request.body = await body.read();
      await next();
    } finally {
      body.release();
    }
  };
}

/** A chunked body has no `Content-Length`, so it counts as large. */
function isSmall({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length']) <= SMALL_BODY_BYTES;
}

/** What all bodies of a kind share: bytes while they are read, values while they are judged. */
class Budgets {
  readonly bytes: FairBudget;
  readonly values: ValuesBudget;

  constructor(room: Room) {
    this.bytes = new FairBudget(room.bytes);
    this.values = new ValuesBudget(room.marks);
  }
}

/** One body: reads its chunks, holds its share of the budgets, and is refused at most once, as a rejection of `read`. */
class Body {
  readonly #req: IncomingMessage;
  readonly #reader: BodyReader;
  readonly #budgets: Budgets;
  readonly #address: string;
  readonly #share: Share;
  #pieces = 0;
  #values = 0;
  #stopped = false;

  constructor(req: IncomingMessage, reader: BodyReader, budgets: Budgets) {
    this.#req = req;
    this.#reader = reader;
    this.#budgets = budgets;
    this.#address = req.socket.remoteAddress ?? '';
    this.#share = budgets.bytes.open(this.#address, () => this.#refuse(overloaded()));
  }

  /** @throws {Refusal | ClientGoneError} */
  async read(): Promise<object> {
    this.#req.on('data', this.#add).on('end', this.#end).on('close', this.#gone);
    try {
      return await this.#reader.parsed;
    } finally {
      this.#stop();
      this.#budgets.bytes.close(this.#share);
    }
  }

  /** Returns its values to the budget. */
  release(): void {
    this.#budgets.values.release(this.#address, this.#values);
  }

  readonly #add = (chunk: Buffer): void => {
    this.#budgets.bytes.take(this.#share, chunk.length);
    // This body itself may have been evicted.
    if (this.#stopped) return;
    this.#pieces += 1;
    const isChopped = isInPieces(this.#pieces, this.#share.held);
    const refusal = isChopped ? inPieces() : this.#reader.add(chunk);
    if (refusal !== undefined) this.#refuse(refusal);
    // No answer: to send one, the remaining pieces would have to be read.
    if (isChopped) this.#req.destroy();
  };

  readonly #end = (): void => {
    const { values } = this.#budgets;
    // Marks cannot exceed bytes: count them only when the byte count does not fit.
    const taken = values.take(this.#address, this.#share.held) ?? values.take(this.#address, this.#reader.marks());
    if (taken === undefined) this.#refuse(overloaded());
    else {
      this.#values = taken;
      this.#stop();
      this.#reader.end();
    }
  };

  readonly #gone = (): void => this.#refuse(new ClientGoneError());

  #refuse(reason: Error): void {
    this.#stop();
    this.#reader.fail(reason);
  }

  #stop(): void {
    this.#stopped = true;
    this.#req.off('data', this.#add).off('end', this.#end).off('close', this.#gone);
  }
}
