import { expect } from 'chai';
import { printable } from '../../src/mistake/printable.ts';

describe('printable', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', ''],
    ['docker.io/nginx:1 ~', 'docker.io/nginx:1 ~'],
    ['a\nb', 'a\\u{A}b'],
    ['a\r\t\0b', 'a\\u{D}\\u{9}\\u{0}b'],
    ['\u001b[31m', '\\u{1B}[31m'],
    ['\u009b31m\u007f', '\\u{9B}31m\\u{7F}'],
    ['doc\u212Aer.io', 'doc\\u{212A}er.io'],
    ['\u2028\u202e', '\\u{2028}\\u{202E}'],
    ['😀', '\\u{1F600}'],
    ['\ud800', '\\u{D800}'],
  ];
  for (const [text, printed] of cases) {
    it(`${JSON.stringify(text)} is ${printed}`, () => {
      expect(printable(text)).to.equal(printed);
    });
  }

  it('cuts after the limit, and never within an escape', () => {
    expect(printable('x'.repeat(256))).to.equal('x'.repeat(256));
    expect(printable('x'.repeat(257))).to.equal(`${'x'.repeat(256)}...`);
    expect(printable('abc\n', 3)).to.equal('abc...');
    expect(printable('abc\n\n', 9)).to.equal('abc\\u{A}...');
    expect(printable('é'.repeat(1_000_000), 12)).to.equal('\\u{E9}\\u{E9}...');
  });
});
