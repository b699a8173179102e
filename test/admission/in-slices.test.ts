import { expect } from 'chai';
import { inSlices } from '../../src/admission/in-slices.ts';

function* pieces(...steps: readonly number[]): Generator<number, string> {
  for (const step of steps) yield step;
  return 'done';
}

describe('inSlices', () => {
  it('is there at once where it takes few steps', () => {
    expect(inSlices(pieces(1, 2, 3), async () => Promise.reject(new Error('rested')))).to.equal('done');
  });

  it('rests after every slice, and says what was used so far', async () => {
    const rests: number[] = [];
    const result = inSlices(pieces(40_000, 40_000, 100_000, 1, 50_000, 7), async (spent) => void rests.push(spent));
    expect(result).to.be.instanceOf(Promise);
    expect(await result).to.equal('done');
    expect(rests).to.deep.equal([80_000, 180_000, 230_001]);
  });

  it('ends where a rest does', async () => {
    let thrown: unknown;
    await Promise.resolve(inSlices(pieces(60_000), async () => Promise.reject(new Error('gone')))).catch(
      (error: unknown) => (thrown = error),
    );
    expect(String(thrown)).to.equal('Error: gone');
  });
});
