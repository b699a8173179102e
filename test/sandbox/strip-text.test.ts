import { expect } from 'chai';
import { stripText } from '../../src/sandbox/strip-text.ts';

describe('stripText', () => {
  it('gives a text without its types, or says what is wrong, and whether it can be asked again', () => {
    expect(stripText('const a: 1 = 1;')).to.deep.equal({ source: { text: 'const a    = 1;' }, isBroken: false });
    expect(stripText('\nenum A {}')).to.deep.equal({
      source: { problem: { message: 'TypeScript enum is not supported in strip-only mode', line: 2, column: 1 } },
      isBroken: false,
    });
    // The last one in this process: it can't be.
    expect(stripText('['.repeat(100_000))).to.deep.equal({
      source: { problem: { message: 'it is nested too deeply' } },
      isBroken: true,
    });
  });
});
