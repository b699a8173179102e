import { expect } from 'chai';
import { Guest, GuestEnd, guestParts } from '../../src/sandbox/guest.ts';

describe('Guest', () => {
  let guest: Guest;
  before(async () => {
    guest = new Guest(await guestParts(), 'rule');
  });
  beforeEach(() => guest.restore());

  for (const [what, error, end] of [
    ['that the engine broke', new WebAssembly.RuntimeError('unreachable'), /^it broke the engine that it runs in$/],
    ['that the stack of V8 was met', new RangeError('Maximum call stack size exceeded'), /^it broke the engine/],
  ] as const) {
    it(`tells ${what}`, () => {
      const broken = (): never => {
        throw error;
      };
      expect(() => guest.run(100, broken)).to.throw(GuestEnd, end);
    });
  }

  it('tells that there is no memory left for what its host has to say, or for an answer', () => {
    const fill = 'globalThis.all = []; for (;;) all.push(new ArrayBuffer(1024));';
    guest.run(10_000_000, () => guest.engine.evaluate('fill', fill));
    expect(() => guest.ask('check', 'x'.repeat(100_000), 1000)).to.throw(GuestEnd, /^it used up its 16 MiB of memory$/);
    expect(() => guest.run(1000, () => undefined)).to.throw(GuestEnd, /^it used up its 16 MiB of memory$/);
  });
});
