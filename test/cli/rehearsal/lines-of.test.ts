import { expect } from 'chai';
import { linesOf } from '../../../src/cli/rehearsal/lines-of.ts';
import { chunks, collected } from '../../manifest/chunks.ts';

const long = 'x'.repeat(40_000);
const ROWS: readonly (readonly [what: string, pieces: readonly (string | Buffer)[], lines: readonly string[]])[] = [
  ['lines', ['a\nb\n', 'c\n'], ['a', 'b', 'c']],
  ['a line over several chunks', ['a', 'b', 'c\nd'], ['abc', 'd']],
  ['a character over two', [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)], ['é']],
  ['nothing', [], []],
  ['no line that is too long', ['a\n', long, long, long, 'y\nb\n'], ['a', 'b']],
  ['no last line that is too long', ['a\n', long, long], ['a']],
];

describe('linesOf', () => {
  for (const [what, pieces, lines] of ROWS) {
    it(`gives ${what}`, async () => {
      const bytes = chunks(...pieces.map((piece) => Buffer.from(piece as string)));
      expect(await collected(linesOf(bytes))).to.deep.equal(lines);
    });
  }
});
