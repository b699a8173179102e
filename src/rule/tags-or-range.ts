import { InvalidEntriesError } from './invalid-entries-error.ts';
import { sentenceList } from './sentence-list.ts';
import { tagPatterns } from './tag-patterns.ts';
import semver from 'semver';
import { shown } from '../mistake/mistake.ts';

/**
 * Compiles the one of two options that says which tags are meant: `tagPatterns`, or a `versionRange`.
 *
 * @throws {InvalidEntriesError} for both or neither, and for what the one that is there does not take.
 */
export function tagsOrRange(
  tags: readonly string[] | undefined,
  range: string | undefined,
): {
  readonly matches: (tag: string) => boolean;
  /** What matches, in words: `the tags "1.*,2.*"`, `versions in "^1.4"`. */
  readonly words: string;
} {
  if (tags !== undefined && range === undefined)
    return { ...tagPatterns(tags), words: `the tags "${sentenceList(tags)}"` };
  if (tags === undefined && range !== undefined) return { ...versionRange(range), words: `versions in "${range}"` };
  const found = tags === undefined ? 'neither' : 'both';
  const remedy = 'Write one of them; other images can have an entry of their own.';
  throw new InvalidEntriesError([found], [{ index: 0, expected: 'either tags or semver', found, remedy }]);
}

/** Longer ranges are read by nobody, and no reader of ranges should have to be fast for them. */
export const MAX_LENGTH = 256;

/**
 * Compiles a range of semantic versions, as npm writes them: `>=1.25.0 <2`, `^1.4`, `1.x || 2.x`. A tag is in it that is
 * a whole version, with a leading `v` or without. One of only one or two numbers is none: such a tag moves on. A
 * pre-release, and that is all that has something behind a dash, is in a range only if the range names one of the same
 * three numbers.
 *
 * @throws {InvalidEntriesError} for text that is no range, for one that is empty, which to the reader means all, and for
 *   one with an alternative that no version is in.
 */
export function versionRange(range: string): { readonly matches: (tag: string) => boolean } {
  const remedy = rangeRemedy(range);
  if (remedy !== undefined) {
    const expected = 'a range of versions, such as ">=1.25.0 <2" or "^1.4"';
    throw new InvalidEntriesError([range], [{ index: 0, expected, found: shown(range), remedy }]);
  }
  const compiled = new semver.Range(range);
  return { matches: (tag) => compiled.test(tag) };
}

function rangeRemedy(range: string): string | undefined {
  if (range.length > MAX_LENGTH) return `A range has at most ${MAX_LENGTH} characters: make two of it.`;
  if (range.split('||').some((alternative) => alternative.trim() === '')) {
    return 'Nothing stands for every version here: write "*", or remove what is empty.';
  }
  if (semver.validRange(range) === null) {
    return 'Write versions with <, <=, >, >=, ^ or ~ before them, blanks between those that must all hold, and || between alternatives.';
  }
  const nobodys = range.split('||').find((alternative) => !hasVersion(alternative));
  if (nobodys === undefined) return undefined;
  return `No version is in ${shown(nobodys.trim())}: what stands beside each other must all hold. Write || between alternatives.`;
}

function hasVersion(alternative: string): boolean {
  if (semver.minVersion(alternative) !== null) return true;
  // Of `>1.2.3 <1.2.4-rc` it looks at 1.2.4 alone. Pre-releases are in a range only where it names one of the same numbers.
  const range = new semver.Range(alternative);
  const named = range.set.flat().map((comparator) => comparator.semver);
  return named.some(({ major, minor, patch }) => range.test(`${major}.${minor}.${patch}-0`));
}
