import { expect } from 'chai';
import { InvalidEntriesError } from '../../src/rule/invalid-entries-error.ts';

/** Reading a list is refused for its second entry alone. */
export function expectBadEntry(
  read: (list: readonly string[]) => unknown,
  [first, bad, ...rest]: readonly [string, string, ...string[]],
  words: { readonly expected: string; readonly remedy: string },
): void {
  const list = [first, bad, ...rest];
  const quoted = JSON.stringify(bad);
  const found = quoted.length > 80 ? `${quoted.slice(0, 80)}...` : quoted;
  expect(() => read(list))
    .to.throw(InvalidEntriesError)
    .that.deep.includes({ list, entries: [{ index: 1, found, ...words }] });
}

/** All bad entries of a list are told: those of the indexes. */
export function expectBadEntries(
  read: (list: readonly string[]) => unknown,
  list: readonly string[],
  indexes: readonly number[],
): void {
  expect(() => read(list))
    .to.throw(InvalidEntriesError)
    .with.property('entries')
    .that.satisfies(
      (entries: readonly { index: number }[]) => entries.map(({ index }) => index).join() === indexes.join(),
    );
}
