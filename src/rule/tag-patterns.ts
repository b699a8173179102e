import { globMatcher } from '../image/glob.ts';
import { shown } from '../mistake/mistake.ts';
import { InvalidEntriesError } from './invalid-entries-error.ts';

export const TAG_PATTERN = /^[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,127}$/;
export const TAG_REMEDY =
  'A tag has at most 128 letters, digits, "_", "." and "-", and begins with neither "." nor "-".';

/**
 * Compiles tags and patterns of tags, in which `*` stands for any run of characters. Whole tags are compared,
 * case-sensitively; literal entries take one look-up, however many there are.
 *
 * @throws {InvalidEntriesError} for entries that no tag could ever match.
 */
export function tagPatterns(entries: readonly string[]): { matches: (tag: string) => boolean } {
  const invalid = entries.flatMap((entry, index) =>
    TAG_PATTERN.test(entry)
      ? []
      : [
          {
            index,
            expected: 'a tag, such as latest, or a pattern, such as *-rc*',
            found: shown(entry),
            remedy: TAG_REMEDY,
          },
        ],
  );
  if (invalid.length > 0) throw new InvalidEntriesError(entries, invalid);
  const literals = new Set(entries.filter((entry) => !entry.includes('*')));
  const globs = entries.filter((entry) => entry.includes('*')).map(globMatcher);
  return { matches: (tag) => literals.has(tag) || globs.some((matches) => matches(tag)) };
}
