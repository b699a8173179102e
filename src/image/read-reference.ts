import { MAX_REFERENCE_LENGTH, parseReference, type ImageReference, type InvalidReferenceError } from './reference.ts';

/** What reading a reference comes to: its parts, or why it has none. Frozen, or never written to. */
export type ReadReference = ImageReference | InvalidReferenceError;

/** So many are remembered at least, and twice as many at most: some 4 MB if all were as long as can be. */
const REMEMBERED = 1024;

/** Two generations: when the younger one is full it becomes the older, and what nobody asked for meanwhile is forgotten. */
let younger = new Map<string, ReadReference>();
let older = new Map<string, ReadReference>();

/**
 * Reads a reference as `parseReference` does, but returns the error in place of throwing it, and remembers: the pods of a
 * cluster come from few images, again and again, and reading took a tenth of a review (bench/README.md). Nothing but the
 * time depends on what is remembered.
 */
export function readReference(raw: string): ReadReference {
  const known = younger.get(raw);
  if (known !== undefined) return known;
  const read = older.get(raw) ?? parsed(raw);
  // What is longer is refused unread, and would be costly to keep.
  if (raw.length <= MAX_REFERENCE_LENGTH) remember(raw, read);
  return read;
}

function remember(raw: string, read: ReadReference): void {
  younger.set(raw, read);
  if (younger.size < REMEMBERED) return;
  older = younger;
  younger = new Map();
}

function parsed(raw: string): ReadReference {
  try {
    return parseReference(raw);
  } catch (error) {
    return error as InvalidReferenceError; // parseReference throws nothing else
  }
}
