import { InvalidEntriesError } from './invalid-entries-error.ts';
import { sentenceList } from './sentence-list.ts';
import type { Purpose } from './registry-reading.ts';
import { tagPatterns } from './tag-patterns.ts';
// Not all of semver, which is some forty files.
import Range from 'semver/classes/range.js';
import intersects from 'semver/ranges/intersects.js';
import minVersion from 'semver/ranges/min-version.js';
import validRange from 'semver/ranges/valid.js';
import { shown } from '../mistake/mistake.ts';

/**
 * Compiles one of two options that select tags: `tagPatterns` or a `versionRange`.
 *
 * @throws {InvalidEntriesError} for both or neither, and for an invalid pattern or range.
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

/** In characters; bounds the time to parse a range. */
export const MAX_LENGTH = 256;

/** The version, full or shortened, that a tag begins with. A letter right after a lone number makes it a hash. */
const VERSION = /^v?(?<major>[0-9]+)(?:\.(?<minor>[0-9]+)(?:\.(?<patch>[0-9]+))?(?![0-9])|(?![0-9A-Za-z]))/;

/**
 * Compiles a range of semantic versions in npm's syntax: `>=1.25.0 <2`, `^1.4`, `1.x || 2.x`. It matches tags that are
 * full versions, with or without a leading `v`; tags of one or two numbers, which move, never match. A pre-release (a
 * version with a dash) matches only if the range names a pre-release of the same three numbers.
 *
 * @param options.purpose what a match means, `allow` by default. With `deny`, the range also matches what may be in it: any
 *   pre-release, a version with any suffix (`1.25.0-alpine`), and a shorter tag (`1.25`), which may be any of its versions.
 * @throws {InvalidEntriesError} for an invalid range, for an empty one, which npm reads as all versions, and for one with an
 *   alternative that no version matches.
 */
export function versionRange(
  range: string,
  { purpose = 'allow' }: { readonly purpose?: Purpose } = {},
): { readonly matches: (tag: string) => boolean } {
  const remedy = rangeRemedy(range);
  if (remedy !== undefined) {
    const expected = 'a range of versions, such as ">=1.25.0 <2" or "^1.4"';
    throw new InvalidEntriesError([range], [{ index: 0, expected, found: shown(range), remedy }]);
  }
  if (purpose === 'deny') return { matches: wideMatcher(range) };
  const compiled = new Range(range);
  return { matches: (tag) => compiled.test(tag) };
}

function wideMatcher(range: string): (tag: string) => boolean {
  const options = { includePrerelease: true };
  const compiled = new Range(range, options);
  return (tag) => {
    const { major, minor = 'x', patch = 'x' } = VERSION.exec(tag)?.groups ?? {};
    if (major === undefined) return false;
    const numbers = [major, minor, patch].map((number) => number.replace(/^0+(?=[0-9])/, '')).join('.');
    if (patch !== 'x') return compiled.test(tag) || compiled.test(numbers);
    // A number may be too large for a version.
    return validRange(numbers) !== null && intersects(compiled, numbers, options);
  };
}

/** The remedy for an invalid range; `undefined` if it is valid. */
export function rangeRemedy(range: string): string | undefined {
  if (range.length > MAX_LENGTH) return `A range has at most ${MAX_LENGTH} characters: make two of it.`;
  if (range.split('||').some((alternative) => alternative.trim() === '')) {
    return 'Nothing stands for every version here: write "*", or remove what is empty.';
  }
  if (validRange(range) === null) {
    return 'Write versions with <, <=, >, >=, ^ or ~ before them, blanks between those that must all hold, and || between alternatives.';
  }
  const nobodys = range.split('||').find((alternative) => !hasVersion(alternative));
  if (nobodys === undefined) return undefined;
  return `No version is in ${shown(nobodys.trim())}: what stands beside each other must all hold. Write || between alternatives.`;
}

function hasVersion(alternative: string): boolean {
  if (minVersion(alternative) !== null) return true;
  // minVersion tries only 1.2.4 for `>1.2.3 <1.2.4-rc`, so try the pre-releases of the versions that the range names.
  const range = new Range(alternative);
  const named = range.set.flat().map((comparator) => comparator.semver);
  return named.some(({ major, minor, patch }) => range.test(`${major}.${minor}.${patch}-0`));
}
