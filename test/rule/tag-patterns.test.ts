import { expect } from 'chai';
import { tagPatterns } from '../../src/rule/tag-patterns.ts';
import { BAD_TAGS } from './bad-tags.ts';
import { expectBadEntries, expectBadEntry } from './expect-bad-entry.ts';

const LONGEST = 't'.repeat(128);

const CASES: readonly [entries: readonly string[], matching: readonly string[], others: readonly string[]][] = [
  [
    ['staging', 'latest'],
    ['staging', 'latest'],
    ['latest-alpine', 'the-latest', 'Latest', 'LATEST', 'late', 'prod'],
  ],
  [['*-rc*'], ['1.0-rc', '1.0-rc.1', '-rc'], ['1.0', 'rc1', '1.0-RC1']],
  [
    ['latest', 'v*', '*-dev'],
    ['latest', 'v', 'v1', '1-dev'],
    ['1', 'dev', 'dev-1', 'V1'],
  ],
  [['*'], ['latest', '1', '_'], []],
  [['Latest'], ['Latest'], ['latest']],
  [['1.0'], ['1.0'], ['1-0', '110']],
  [
    ['_x', 'a-b_c.d'],
    ['_x', 'a-b_c.d'],
    ['x', 'a-b'],
  ],
  [[LONGEST], [LONGEST], [LONGEST.slice(1)]],
  [['constructor'], ['constructor'], ['toString', '__proto__', 'hasOwnProperty']],
  [['__proto__'], ['__proto__'], ['constructor']],
  [['v1'], ['v1'], ['__proto__', 'constructor']],
  [[], [], ['latest']],
];

describe('tagPatterns', () => {
  for (const [entries, matching, others] of CASES) {
    it(`[${entries.map((entry) => entry.slice(0, 20)).join(', ')}] matches whole tags only`, () => {
      const { matches } = tagPatterns(entries);
      expect(matching.filter((tag) => !matches(tag))).to.deep.equal([]);
      expect(others.filter(matches)).to.deep.equal([]);
    });
  }

  for (const entry of BAD_TAGS) {
    it(`refuses ${JSON.stringify(entry.slice(0, 20))}`, () => {
      expectBadEntry(tagPatterns, ['latest', entry, 'v*'], {
        expected: 'a tag, such as latest, or a pattern, such as *-rc*',
        remedy: 'A tag has at most 128 letters, digits, "_", "." and "-", and begins with neither "." nor "-".',
      });
    });
  }

  it('tells all bad entries', () => {
    expectBadEntries(tagPatterns, ['.a', 'ok', '', '-b'], [0, 2, 3]);
  });
});
