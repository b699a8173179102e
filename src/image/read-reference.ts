import { LRUCache } from 'lru-cache';
import { MAX_REFERENCE_LENGTH, parseReference, type ImageReference, type InvalidReferenceError } from './reference.ts';

/** A parsed reference, or why it is invalid. Immutable. */
export type ReadReference = ImageReference | InvalidReferenceError;

/** Some 4 MB if all entries had the maximum length. */
const remembered = new LRUCache<string, ReadReference>({ max: 2048 });

/**
 * `parseReference` with a cache, and the error returned instead of thrown: the pods of a cluster use few images, and parsing
 * took a tenth of a review (bench/README.md).
 */
export function readReference(raw: string): ReadReference {
  const known = remembered.get(raw);
  if (known !== undefined) return known;
  const read = parsed(raw);
  // Longer text is refused unparsed, and would be costly to cache.
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
