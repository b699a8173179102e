import { LRUCache } from 'lru-cache';
import { MAX_REFERENCE_LENGTH, parseReference, type ImageReference, type InvalidReferenceError } from './reference.ts';

/** What reading a reference comes to: its parts, or why it has none. Frozen, or never written to. */
export type ReadReference = ImageReference | InvalidReferenceError;

/** Some 4 MB if all were as long as can be. */
const remembered = new LRUCache<string, ReadReference>({ max: 2048 });

/**
 * Reads a reference as `parseReference` does, but returns the error in place of throwing it, and remembers: the pods of a
 * cluster come from few images, again and again, and reading took a tenth of a review (bench/README.md). Nothing but the
 * time depends on what is remembered.
 */
export function readReference(raw: string): ReadReference {
  const known = remembered.get(raw);
  if (known !== undefined) return known;
  const read = parsed(raw);
  // What is longer is refused unread, and would be costly to keep.
  if (raw.length <= MAX_REFERENCE_LENGTH) remembered.set(raw, read);
  return read;
}

function parsed(raw: string): ReadReference {
  try {
    return parseReference(raw);
  } catch (error) {
    return error as InvalidReferenceError; // parseReference throws nothing else
  }
}
