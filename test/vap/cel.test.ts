import { expect } from 'chai';
import { allOf, anyOf, globExpression, listOf, literally, matchesAny, quoted } from '../../src/vap/cel.ts';

const TEXTS: readonly (readonly [what: string, text: string, expected: string])[] = [
  ['a string', quoted('say "x"\n\\'), '"say \\"x\\"\\n\\\\"'],
  ['a list', listOf(['a', 'b']), '["a", "b"]'],
  ['an empty list', listOf([]), '[]'],
  ['literal text', literally('a.b-c_d/e:1@x y'), 'a\\.b-c_d/e:1@x y'],
  ['text that would end a literal, or begin a group', literally("'(+"), '\\x{27}\\x{28}\\x{2b}'],
  ['text outside of ASCII', literally('\u{1F433}'), '\\x{1f433}'],
  ['a glob', globExpression('a.*-b'), 'a\\..*-b'],
  ['expressions to the end', matchesAny('x', ['a', 'b']), "x.matches(r'^(?:a|b)$')"],
  ['expressions from the beginning', matchesAny('x', ['a'], ''), "x.matches(r'^(?:a)')"],
  ['all of none', allOf([undefined]), 'true'],
  ['any of none', anyOf([]), 'false'],
  ['any of one', anyOf([undefined, 'a']), 'a'],
  ['all of two', allOf(['a', undefined, 'b']), '(a && b)'],
  ['any of two', anyOf(['a', 'b']), '(a || b)'],
];

describe('CEL', () => {
  for (const [what, text, expected] of TEXTS) it(`writes ${what}`, () => expect(text).to.equal(expected));

  it('matches literal text by its expression, and nothing else', () => {
    // RE2 writes a code point as \x{}, JavaScript as \u{}.
    const matcher = (text: string) => new RegExp(`^${literally(text).replaceAll('\\x', '\\u')}$`, 'u');
    const text = String.raw`a.b*c'd(e)[f]{g}+h?i|j^k$l\m`;
    expect(matcher(text).test(text)).to.equal(true);
    expect(matcher('a.b').test('axb')).to.equal(false);
  });
});
