import type { Source } from '../mistake/mistake.ts';
import type { WrittenScalar } from '../yaml/written-scalar.ts';

/** A text in one line of a file, and what to write in its place. */
export interface Edit {
  readonly source: Source;
  readonly found: string;
  readonly written: string;
}

/** What needs no quotes, nor minds them. */
const PLAIN = /^[\w./:@-]+$/;

/** Writes another reference for an image, in the same quotes; `undefined` where it is not in one piece. */
export function editOf({ location, text }: WrittenScalar, image: string, reference: string): Edit | undefined {
  if (![image, `"${image}"`, `'${image}'`].includes(text) || !PLAIN.test(reference)) return undefined;
  return { source: location.source, found: text, written: text.replace(image, () => reference) };
}

/**
 * The text of a file with all edits, whose lines and columns are those of `documentTexts`.
 *
 * @throws {Error} if it has something else in a place.
 */
export function editedText(text: string, edits: readonly Edit[]): string {
  const lines = text.split('\n');
  const fromTheEnd = edits.toSorted(({ source: a }, { source: b }) => b.column! - a.column!); // each has a place
  for (const { source, found, written } of fromTheEnd) {
    const index = source.line! - 1;
    const line = lines[index] ?? '';
    const start = source.column! - 1 + shiftOf(line);
    if (!line.startsWith(found, start)) throw new Error(`no ${found} in line ${source.line}, which it had before`);
    lines[index] = line.slice(0, start) + written + line.slice(start + found.length);
  }
  return lines.join('\n');
}

/** How much further right a line has what was read of it: without byte order mark, and with a space behind `---`. */
function shiftOf(line: string): number {
  const [, mark = '', glued = ''] = /^(\uFEFF?)(---\S)?/.exec(line) ?? [];
  return mark.length - (glued === '' ? 0 : 1);
}
