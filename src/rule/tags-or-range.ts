import { InvalidEntriesError } from './invalid-entries-error.ts';
import { sentenceList } from './sentence-list.ts';
import { tagPatterns } from './tag-patterns.ts';
import { versionRange } from './version-range.ts';

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
