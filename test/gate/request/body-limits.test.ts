import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import {
  announcesBody,
  BODY_LIMITS,
  isInPieces,
  MAX_BODY_BYTES,
  SMALL_BODY_BYTES,
} from '../../../src/gate/request/body-limits.ts';

const MIB = 1024 ** 2;

describe('the limits of bodies', () => {
  it('are what the memory of the gate is reckoned by', () => {
    expect([MAX_BODY_BYTES, SMALL_BODY_BYTES]).to.deep.equal([32 * MIB, 64 * 1024]);
    expect(BODY_LIMITS).to.deep.equal({
      small: { bytes: 32 * MIB, marks: 2_000_000 },
      large: { bytes: 48 * MIB, marks: 2_500_000 },
    });
  });

  for (const [pieces, bytes, isRefused] of [
    [64, 0, false],
    [65, 0, true],
    [65, 255, true],
    [65, 256, false],
    [164, 25_600, false],
    [165, 25_600, true],
  ] as const) {
    it(`${isRefused ? 'refuse' : 'take'} ${bytes} bytes in ${pieces} pieces`, () => {
      expect(isInPieces(pieces, bytes)).to.equal(isRefused);
    });
  }

  for (const [headers, isAnnounced] of [
    [{}, false],
    [{ 'content-length': '0' }, false],
    [{ 'content-length': '1' }, true],
    [{ 'transfer-encoding': 'chunked' }, true],
  ] as const) {
    it(`${isAnnounced ? 'concern' : 'do not concern'} a request with ${JSON.stringify(headers)}`, () => {
      expect(announcesBody({ headers } as unknown as IncomingMessage)).to.equal(isAnnounced);
    });
  }
});
