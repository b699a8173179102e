import { expect } from 'chai';
import { globMatcher } from '../../src/image/glob.ts';
import { randomFrom, seedOfRun } from '../random.ts';

/** What a glob means, said once more: slow, and too short to be wrong. */
function matchesNaively(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) {
    return matchesNaively(pattern.slice(1), text) || (text !== '' && matchesNaively(pattern, text.slice(1)));
  }
  return text !== '' && pattern[0] === text[0] && matchesNaively(pattern.slice(1), text.slice(1));
}

const CASES: readonly [pattern: string, matching: readonly string[], others: readonly string[]][] = [
  ['latest', ['latest'], ['', 'Latest', 'latest-alpine', 'the-latest', 'lates']],
  ['', [''], ['a']],
  ['*', ['', 'a', 'a.b-c'], []],
  ['**', ['', 'a', 'abc'], []],
  ['latest*', ['latest', 'latest-alpine'], ['lates', 'a-latest']],
  ['*latest', ['latest', 'the-latest'], ['latest-alpine', 'atest']],
  ['*-rc*', ['-rc', '1.0-rc', '1.0-rc.1', '-rc-rc'], ['1.0', 'rc', '1.0-r']],
  ['1.*.0', ['1..0', '1.2.0', '1.2.3.0'], ['1.0', '1.2.0-alpine', '11.2.0']],
  // Prefix and suffix may touch, but not overlap.
  ['ab*ba', ['abba', 'abXba', 'ababa'], ['aba', 'ab', 'ba']],
  ['aa*aa', ['aaaa', 'aaaaa'], ['a', 'aa', 'aaa']],
  ['a*a', ['aa', 'aba'], ['a', '', 'ab']],
  ['a*b*a', ['aba', 'abba', 'aXbYa'], ['aa', 'ab', 'ba', 'abab']],
  // The first place where a piece fits may be too early only if the last one is in its way.
  ['*ab*ab', ['abab', 'ab-ab-ab'], ['ab', 'aab']],
  ['*a*b*c*', ['abc', 'cabcab', 'aabbcc'], ['cba', 'acb', 'ab']],
  // What means something in other pattern languages stands for itself.
  ['v1.?', ['v1.?'], ['v1.2', 'v1x?']],
  ['[ab]+', ['[ab]+'], ['a', 'b', 'aa']],
  ['a.c*', ['a.c', 'a.cd'], ['abc', 'abcd']],
  ['^a$', ['^a$'], ['a']],
  ['constructor', ['constructor'], ['__proto__', 'prototype']],
  ['__proto__*', ['__proto__', '__proto__.x'], ['__prot']],
];

describe('globMatcher', () => {
  for (const [pattern, matching, others] of CASES) {
    it(`${JSON.stringify(pattern)} matches ${JSON.stringify(matching)}, not ${JSON.stringify(others)}`, () => {
      const matches = globMatcher(pattern);
      expect(matching.filter((text) => !matches(text))).to.deep.equal([]);
      expect(others.filter((text) => matches(text))).to.deep.equal([]);
    });
  }

  const seed = seedOfRun();
  it(`matches what its meaning says, on random small cases (SEED=${seed})`, () => {
    const random = randomFrom(seed);
    const word = (letters: string, most: number): string =>
      Array.from({ length: random.below(most + 1) }, () => random.pick([...letters])).join('');
    let matched = 0;
    for (let round = 0; round < 50_000; round += 1) {
      const pattern = word('aab*', 7);
      const text = word('aab', 9);
      const expected = matchesNaively(pattern, text);
      if (expected) matched += 1;
      expect(globMatcher(pattern)(text), `${pattern} on ${text}`).to.equal(expected);
    }
    expect(matched).to.be.above(2_000);
  });

  it('decides inputs that make backtracking matchers endless', () => {
    const many = 'a'.repeat(20_000);
    expect(globMatcher(`${'a*'.repeat(5_000)}b`)(many)).to.equal(false);
    expect(globMatcher(`${'a*'.repeat(5_000)}a`)(many)).to.equal(true);
    expect(globMatcher(`${'*'.repeat(20_000)}b`)(many)).to.equal(false);
    expect(globMatcher('a*'.repeat(20_001))(many)).to.equal(false);
  });
});
