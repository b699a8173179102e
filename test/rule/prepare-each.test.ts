import { expect } from 'chai';
import { InvalidEntriesError } from '../../src/rule/invalid-entries-error.ts';
import { prepareEach } from '../../src/rule/prepare-each.ts';
import { tagPatterns } from '../../src/rule/tag-patterns.ts';

describe('prepareEach', () => {
  it('prepares every item, in order, with its place', () => {
    expect(prepareEach(['a', 'b'], (item, index) => `${item}${index}`)).to.deep.equal(['a0', 'b1']);
    expect(prepareEach([], () => 1)).to.deep.equal([]);
  });

  it('tells all that is wrong in all items, under their places in the list that it was given', () => {
    const list = [{ tags: ['ok', '.a', '-b'] }, { tags: ['ok'] }, { tags: ['.c'] }];
    let thrown: unknown;
    try {
      prepareEach(list, ({ tags }) => tagPatterns(tags));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.be.instanceOf(InvalidEntriesError);
    const { list: given, entries } = thrown as InvalidEntriesError;
    expect(given).to.equal(list);
    expect(entries.map(({ index, found }) => [index, found])).to.deep.equal([
      [0, '".a"'],
      [0, '"-b"'],
      [2, '".c"'],
    ]);
  });

  it('lets every other error pass', () => {
    const broken = new Error('broken');
    expect(() =>
      prepareEach([1], () => {
        throw broken;
      }),
    ).to.throw(broken);
  });
});
