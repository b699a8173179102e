import { expect } from 'chai';
import { InvalidEntriesError } from '../../src/rule/invalid-entries-error.ts';
import { tagsOrRange } from '../../src/rule/tags-or-range.ts';

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
