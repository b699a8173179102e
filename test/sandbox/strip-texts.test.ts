import { expect } from 'chai';
import type { Source } from '../../src/sandbox/strip-texts.ts';
import { stripTexts } from '../../src/sandbox/strip-texts.ts';

describe('stripTexts', () => {
  it('says what each text is without its types, or what is wrong with it, up to one that is too deep', () => {
    const said: Source[] = [];
    stripTexts([], () => expect.fail());
    // The last one breaks what strips types in this process for good.
    stripTexts(['const a: 1 = 1;', '\nenum A {}', '['.repeat(100_000), 'b'], (source) => said.push(source));
    expect(said).to.deep.equal([
      { text: 'const a    = 1;' },
      { problem: { message: 'TypeScript enum is not supported in strip-only mode', line: 2, column: 1 } },
      { problem: { message: 'it is nested too deeply' } },
    ]);
  });
});
