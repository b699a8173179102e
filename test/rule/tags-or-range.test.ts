import { expect } from 'chai';
import { InvalidEntriesError } from '../../src/rule/invalid-entries-error.ts';
import { tagsOrRange, versionRange } from '../../src/rule/tags-or-range.ts';
import { fastest } from '../fastest.ts';

describe('tagsOrRange', () => {
  it('is patterns of tags, if these are given', () => {
    const { matches, words } = tagsOrRange(['v*', 'stable'], undefined);
    expect(words).to.equal('the tags "v*,stable"');
    expect(['v1', 'stable', '1.0.0'].map(matches)).to.deep.equal([true, true, false]);
  });

  it('is a range of versions, if that is given', () => {
    const { matches, words } = tagsOrRange(undefined, '^1.4');
    expect(words).to.equal('versions in "^1.4"');
    expect(['1.4.0', 'v1.5.0', '2.0.0', '^1.4'].map(matches)).to.deep.equal([true, true, false, false]);
  });

  for (const [tags, range, found] of [
    [undefined, undefined, 'neither'],
    [['v*'], '^1.4', 'both'],
  ] as const) {
    it(`refuses ${found}`, () => {
      expect(() => tagsOrRange(tags, range)).to.throw(
        InvalidEntriesError,
        `expected either tags or semver, found ${found}. Write one of them; other images can have an entry of their own.`,
      );
    });
  }

  it('refuses what the one that is given does not take', () => {
    expect(() => tagsOrRange(['.x'], undefined)).to.throw(InvalidEntriesError, 'expected a tag');
    expect(() => tagsOrRange(undefined, 'x y')).to.throw(InvalidEntriesError, 'expected a range');
  });
});

const CASES: readonly [range: string, matching: readonly string[], others: readonly string[]][] = [
  ['>=1.25.0 <2', ['1.25.0', '1.25.1', 'v1.27.3', '1.999.0'], ['1.24.9', '2.0.0', 'v2.0.0', '2.0.0-rc1']],
  ['^1.4', ['1.4.0', '1.9.9'], ['1.3.9', '2.0.0']],
  ['~1.4.2', ['1.4.2', '1.4.9'], ['1.4.1', '1.5.0']],
  ['1.x || 3.0.0 - 3.2.0', ['1.0.0', '3.1.0', '3.2.0'], ['2.0.0', '3.2.1']],
  ['1.2.3', ['1.2.3', 'v1.2.3'], ['1.2.4']],
  ['*', ['0.0.1', '99.0.0'], ['latest', '1.0.0-rc1']],
  // Whole versions only: other tags move on, or are none.
  [
    '>=1',
    ['1.0.0'],
    ['1', '1.0', 'v1', 'latest', '1.0.0.0', '01.0.0', 'version-1.0.0', 'V1.0.0', '1.0.0_x', 'vv1.0.0'],
  ],
  // A pre-release only where the range names one of the same three numbers.
  ['>=1.0.0', ['1.0.0'], ['1.27.0-alpine', '1.1.0-rc.1']],
  ['>=1.1.0-rc.1', ['1.1.0-rc.1', '1.1.0-rc.2', '1.1.0'], ['1.1.0-alpha', '1.2.0-rc.1']],
  // Of these only pre-releases are left, or one version.
  ['>1.2.3 <1.2.4-rc', ['1.2.4-0', '1.2.4-alpha', '1.2.4-beta.1'], ['1.2.3', '1.2.4', '1.2.4-rc']],
  ['>1.2.3-a <1.2.3-b', ['1.2.3-a.1'], ['1.2.3-a', '1.2.3-b', '1.2.3']],
  ['>=1.2.3 <=1.2.3', ['1.2.3'], ['1.2.4']],
  ['<0.0.1', ['0.0.0'], ['0.0.1']],
  ['>=1.0.0', [], ['constructor', '__proto__', '9'.repeat(128), `1.0.${'9'.repeat(100)}`]],
];

/** Where they deny. */
const WIDE_CASES: typeof CASES = [
  [
    '>=0.69.4 <=0.69.6',
    ['0.69.4', 'v0.69.5', '0.69.5-alpine', '0.69.6_x', '0.69.6.1', '0.69.4-rc1', '0.69', '0.69-alpine', '0', 'v0-slim'],
    ['0.69.3', '0.69.7', '0.69.7-alpine', '0.68', '0.70', '1', 'latest', 'alpine-0.69.5', ''],
  ],
  ['>=1.22 <1.23', ['1.22rc1', '1.22', '1.22.3', '1.22.3alpine'], ['1.21', '1.23.0', '122']],
  ['^1.4', ['1', '1.4', '1.4.0-rc1', '1.99-x'], ['1.3', '1.3.9-x', '2', '2.0.0-rc1', '0']],
  // A suffix may be of a pre-release or of a variant; `-0` says that neither is meant.
  ['<1.25.3', ['1.25.2', '1.25.3-rc1', '1.25.3-alpine', '1.25', '1'], ['1.25.3', '1.25.4-alpine', '1.26']],
  ['<1.25.3-0', ['1.25.2', '1.25.2-alpine', '1.25'], ['1.25.3', '1.25.3-alpine', '1.26']],
  ['1.x || 3.0.0 - 3.2.0', ['1.0', '3', '3.1-x'], ['2', '3.3', '4']],
  ['>1.2.3-a <1.2.3-b', ['1.2.3-a.1', '1.2', '1'], ['1.2.3-a', '1.2.3-b', '1.2.3', '1.3']],
  // Zeros before a number, as dates have them.
  ['>=2024.5.0 <2024.6.0', ['2024.05.01', '2024.05'], ['2024.06.01', '2024.04']],
  ['*', ['0', '1.2.3-x', '99.0.0'], ['latest', 'x', 'constructor']],
  // No versions: hashes, and numbers without end.
  ['>=0', [], ['7f3a9c1', '1a', 'v', 'vv1', '9'.repeat(128), `1.${'9'.repeat(100)}`]],
];

const EMPTY = 'Nothing stands for every version here: write "*", or remove what is empty.';
const FORM =
  'Write versions with <, <=, >, >=, ^ or ~ before them, blanks between those that must all hold, and || between alternatives.';

const nothingIn = (alternative: string): string =>
  `No version is in "${alternative}": what stands beside each other must all hold. Write || between alternatives.`;

describe('versionRange', () => {
  for (const [range, matching, others] of CASES) {
    it(`"${range}" has ${matching.join(', ')}, not ${others.map((tag) => tag.slice(0, 20)).join(', ')}`, () => {
      const { matches } = versionRange(range);
      expect(matching.filter((tag) => !matches(tag))).to.deep.equal([]);
      expect(others.filter(matches)).to.deep.equal([]);
    });
  }

  for (const [range, matching, others] of WIDE_CASES) {
    it(`"${range}" has ${matching.join(', ')} where it denies, not ${others.map((tag) => tag.slice(0, 20)).join(', ')}`, () => {
      const { matches } = versionRange(range, { purpose: 'deny' });
      expect(matching.filter((tag) => !matches(tag))).to.deep.equal([]);
      expect(others.filter(matches)).to.deep.equal([]);
    });
  }

  for (const [range, matching] of CASES) {
    it(`"${range}" has where it denies all that it has where it allows`, () => {
      const { matches } = versionRange(range, { purpose: 'deny' });
      expect(matching.filter((tag) => !matches(tag))).to.deep.equal([]);
    });
  }

  for (const [range, remedy] of [
    ['', EMPTY],
    ['  ', EMPTY],
    ['1.x ||', EMPTY],
    ['|| 1.x', EMPTY],
    ['1.x || || 2.x', EMPTY],
    ['latest', FORM],
    ['1.x, 2.x', FORM],
    ['>=1.0.0 and <2', FORM],
    ['/1.*/', FORM],
    ['>2 <1', nothingIn('>2 <1')],
    ['>=1.0.0 <1.0.0', nothingIn('>=1.0.0 <1.0.0')],
    ['1.x 2.x', nothingIn('1.x 2.x')],
    ['<0.0.0', nothingIn('<0.0.0')],
    ['>*', nothingIn('>*')],
    ['>1.2.3 <1.2.4-0', nothingIn('>1.2.3 <1.2.4-0')],
    ['1.x ||  3.x 4.x|| 5.x', nothingIn('3.x 4.x')],
    [`1.x || ${' '.repeat(250)}2.x`, 'A range has at most 256 characters: make two of it.'],
  ] as const) {
    it(`refuses "${range.slice(0, 20)}": ${remedy}`, () => {
      const found = JSON.stringify(range);
      expect(() => versionRange(range))
        .to.throw(InvalidEntriesError)
        .that.deep.includes({
          list: [range],
          entries: [
            {
              index: 0,
              expected: 'a range of versions, such as ">=1.25.0 <2" or "^1.4"',
              found: found.length > 80 ? `${found.slice(0, 80)}...` : found,
              remedy,
            },
          ],
        });
    });
  }

  it('reads the longest range, and what is made to be slow in it, in the time of a few hundred short ones', () => {
    const ranges = [
      '1.x||'.repeat(50) + '1.x',
      `>=1.0.0${' '.repeat(240)}<2.0.0`,
      `${'>'.repeat(128)} ${'='.repeat(120)}`,
      `1.0.0-${'-'.repeat(240)}`,
      `1.0.0-${'a.'.repeat(120)}`,
      `${'9'.repeat(250)}.x`,
      `${'1 - '.repeat(60)}2`,
      `${'^~v='.repeat(60)}1`,
    ];
    const tag = `1.0.0-${'a.'.repeat(60)}b`;
    const time = (range: string): number =>
      fastest(() => {
        for (let round = 0; round < 20; round += 1) {
          try {
            versionRange(range).matches(tag);
          } catch (error) {
            expect(error).to.be.instanceOf(InvalidEntriesError);
          }
        }
      });
    const short = time('>=1.0.0 <2.0.0');
    for (const range of ranges) expect(time(range), range).to.be.below(300 * short);
  });
});
