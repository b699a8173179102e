import { expect } from 'chai';
import { type ImageReference, parseReference } from '../../src/image/reference.ts';
import { InvalidEntriesError } from '../../src/rule/invalid-entries-error.ts';

interface Patterns {
  readonly matches: (image: ImageReference) => boolean;
}

/** All images of the first list match, and none of the second. */
export function expectMatches({ matches }: Patterns, matching: readonly string[], others: readonly string[]): void {
  const isMatch = (raw: string): boolean => matches(parseReference(raw));
  expect(
    matching.filter((raw) => !isMatch(raw)),
    'must match',
  ).to.deep.equal([]);
  expect(others.filter(isMatch), 'must not match').to.deep.equal([]);
}

/** An entry may be as long as the longest repository that an image can have, and no longer. */
export function expectRoomForLongest(read: (entries: readonly string[]) => Patterns): void {
  const longest = `gcr.io/a/${'b'.repeat(253)}`;
  expectMatches(read([longest]), [`${longest}:1`], []);
  expect(() => read([`${longest}b`])).to.throw(InvalidEntriesError, 'at most 255 characters');
}
