import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { Context } from 'koa';
import { MAX_BODY_BYTES, type BodyLimits } from '../../../src/gate/request/body-limits.ts';
import { createBodyReader } from '../../../src/gate/request/body.ts';
import { ClientGoneError, Refusal } from '../../../src/gate/request/refusal.ts';

const KIB = 1024;
const MARKS = 100;
const BYTES = 100 * KIB;
const LIMITS: BodyLimits = { small: { bytes: BYTES, marks: MARKS }, large: { bytes: BYTES, marks: MARKS } };
const ROOMY: BodyLimits = {
  small: { bytes: BYTES, marks: MARKS },
  large: { bytes: 2 * MAX_BODY_BYTES, marks: MARKS },
};

/** A list of so many marks, and blanks up to a length. */
const body = (marks: number, bytes = 0): string => `[${'0,'.repeat(marks - 1)}0]`.padEnd(bytes);

describe('createBodyReader', () => {
  let read: ReturnType<typeof createBodyReader>;
  const start = (limits: BodyLimits): void => {
    read = createBodyReader(limits);
  };
  beforeEach(() => start(LIMITS));

  /** A request whose body is up to the test, from an address. */
  function open(headers: Readonly<Record<string, string>>, address = 'one', judged = Promise.resolve()) {
    const req = Object.assign(new PassThrough(), { headers, socket: { remoteAddress: address } });
    const ctx = { req, request: {} } as unknown as Context;
    const outcome = Promise.resolve(read(ctx, () => judged)).then(
      () => 'judged',
      (error: unknown) => (error instanceof Refusal ? error.code : (error as Error).name),
    );
    return { req, ctx, outcome };
  }
  const large = (address?: string, judged?: Promise<void>) => open({ 'transfer-encoding': 'chunked' }, address, judged);
  const small = (length: number, address?: string, judged?: Promise<void>) =>
    open({ 'content-length': String(length) }, address, judged);
  const end = (req: PassThrough, text: string): unknown => req.end(text);

  /** That nothing is held any more: a body takes all that there is. */
  async function expectFree(): Promise<void> {
    for (const { req, outcome } of [large(), small(BYTES)]) {
      end(req, body(MARKS, BYTES));
      // oxlint-disable-next-line no-await-in-loop
      expect(await outcome).to.equal('judged');
    }
  }

  it('reads small and large bodies', async () => {
    for (const { req, ctx, outcome } of [small(6), large()]) {
      req.write('[1');
      end(req, ',[2]]'.slice(0, 4) + ']');
      // oxlint-disable-next-line no-await-in-loop
      expect([await outcome, ctx.request.body]).to.deep.equal(['judged', [1, [2]]]);
    }
    await expectFree();
  });

  for (const [pieces, expected] of [
    [64, 'judged'],
    [65, 'body-in-pieces'],
  ] as const) {
    it(`reads ${pieces} pieces of a byte: ${expected}`, async () => {
      const { req, outcome } = small(pieces);
      for (const piece of '['.padEnd(pieces - 1)) req.write(piece);
      end(req, ']');
      expect(await outcome).to.equal(expected);
      expect(req.destroyed && !req.readableEnded).to.equal(expected !== 'judged');
      await expectFree();
    });
  }

  it('reads chunks of 32 MiB, and no more', async () => {
    start(ROOMY);
    for (const [bytes, expected] of [
      [33_554_432, 'judged'],
      [33_554_433, 'body-too-large'],
    ] as const) {
      const { req, outcome } = large();
      end(req, body(1, bytes));
      // oxlint-disable-next-line no-await-in-loop
      expect(await outcome).to.equal(expected);
    }
  });

  /** Text that crosses a limit in one chunk. */
  const CROSSINGS: Readonly<Record<string, { readonly marks: number; readonly bytes: number; readonly code: string }>> =
    {
      'the bytes of all': { marks: 1, bytes: BYTES + 1, code: 'overloaded' },
      'the marks of one': { marks: MARKS + 1, bytes: 0, code: 'body-too-complex' },
      'the bytes of one': { marks: 1, bytes: MAX_BODY_BYTES + 1, code: 'body-too-large' },
    };
  const pairs = Object.entries(CROSSINGS).flatMap(([a, one], index, all) =>
    all.slice(index).map(([b, other]) => ({ a, b, one, other })),
  );
  for (const { a, b, one, other } of pairs) {
    for (const [then, after] of [
      ['and no more', () => {}],
      ['and its end', (req: PassThrough) => req.end()],
      ['and the client goes', (req: PassThrough) => req.destroy()],
    ] as const) {
      it(`refuses once what crosses in one chunk ${a} and ${b}, ${then}`, async () => {
        const needsRoom = [one, other].some(({ code }) => code === 'body-too-large') && one.code !== 'overloaded';
        if (needsRoom) start(ROOMY);
        const { req, outcome } = large();
        req.once('data', () => after(req));
        req.write(body(Math.max(one.marks, other.marks), Math.max(one.bytes, other.bytes)));
        expect([one.code, other.code]).to.include(await outcome);
        // What was refused must leave nothing behind, where a body can take all that there is.
        if (!needsRoom) await expectFree();
      });
    }
  }

  it('refuses two bodies that cross limits in one chunk, each once', async () => {
    const [first, second] = [large(), large()];
    first.req.write(body(1, BYTES));
    second.req.write(body(MARKS + 1, BYTES));
    expect((await Promise.all([first.outcome, second.outcome])).toSorted()).to.deep.equal([
      'body-too-complex',
      'overloaded',
    ]);
    await expectFree();
  });

  it('keeps the values of what is judged within their room, and some of it for another address', async () => {
    let release = (): void => {};
    const judged = new Promise<void>((resolve) => (release = resolve));
    const ask = (marks: number, address: string) => {
      const text = body(marks);
      const { req, outcome } = small(text.length, address, judged);
      end(req, text);
      return outcome;
    };
    const taken = ask(MARKS / 2, 'one');
    expect(await ask(2, 'one')).to.equal('overloaded');
    const others = ask(MARKS / 2, 'two');
    expect(await ask(2, 'three')).to.equal('overloaded');
    release();
    expect(await Promise.all([taken, others])).to.deep.equal(['judged', 'judged']);
    await expectFree();
  });

  it('lets go of a client that goes away', async () => {
    for (const { req, outcome } of [small(10), large(), small(10), large()]) {
      req.once('data', () => req.destroy());
      req.write('[');
      // oxlint-disable-next-line no-await-in-loop
      expect(await outcome).to.equal(new ClientGoneError().name);
    }
    await expectFree();
  });
});
