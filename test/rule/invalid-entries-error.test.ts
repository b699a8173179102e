import { expect } from 'chai';
import { InvalidEntriesError, prepareEach } from '../../src/rule/invalid-entries-error.ts';
import { tagPatterns } from '../../src/rule/tag-patterns.ts';

describe('InvalidEntriesError', () => {
  it('has the list, the bad entries, and a line for each, counted from 1', () => {
    const list = ['a', 'B', 'c', 'D'];
    const entries = [
      { index: 1, expected: 'a small letter', found: '"B"', remedy: 'Write b.' },
      { index: 3, expected: 'a small letter', found: '"D"', remedy: 'Write d.' },
    ];
    const error = new InvalidEntriesError(list, entries);
    expect(error.list).to.equal(list);
    expect(error.entries).to.equal(entries);
    expect(error.name).to.equal('InvalidEntriesError');
    expect(error.message).to.equal(
      'entry 2: expected a small letter, found "B". Write b.\nentry 4: expected a small letter, found "D". Write d.',
    );
  });
});

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
