import { expect } from 'chai';
import { distinctMistakes } from '../../src/engine/distinct-mistakes.ts';
import type { Mistake } from '../../src/mistake/mistake.ts';

describe('distinctMistakes', () => {
  it('has each mistake once, in the order in which they came', () => {
    const mistake: Mistake = { code: 'option-invalid', where: 'a', expected: 'b', found: 'c', remedy: 'D.' };
    const others = (['where', 'expected', 'found', 'remedy'] as const).map((part) => ({ ...mistake, [part]: 'x' }));
    expect(distinctMistakes([mistake, ...others, { ...mistake }, ...others])).to.deep.equal([mistake, ...others]);
    expect(distinctMistakes([])).to.deep.equal([]);
  });
});
