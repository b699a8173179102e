import { expect } from 'chai';
import { InvalidEntriesError } from '../../src/rule/invalid-entries-error.ts';

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
