import { LRUCache } from 'lru-cache';

/** What is known after some parts of the context were read: the verdict, or which part was read next. */
type Known<Verdict> = { readonly verdict: Verdict } | { readonly id: number; readonly path: string };

/** A part of the context that was read, and what it was. */
export interface Reading {
  readonly path: string;
  readonly text: string;
}

/** What a node takes beside its texts. */
const NODE_BYTES = 200;
const BYTES_A_CHARACTER = 2;

/**
 * Verdicts by what they depend on, and by nothing else: a first text, and then whatever was read, in the order in which it
 * was. What is read next depends on what was read before and on nothing else, so they form a tree, of which each node is
 * found under its parent and the text that led to it: whole texts, no hashes that could be made to collide.
 *
 * Bounded in bytes; the least recently used node goes first. One whose parent is gone is never used again, and follows.
 */
export class Remembered<Verdict> {
  readonly #nodes: LRUCache<string, Known<Verdict>>;
  readonly #maxLength: number;
  #lastId = 0;

  /** @param maxLength of all the texts that lead to a verdict and are in it; what is longer is not remembered */
  constructor(maxBytes: number, maxLength: number) {
    this.#nodes = new LRUCache({ maxSize: maxBytes });
    this.#maxLength = maxLength;
  }

  get bytes(): number {
    return this.#nodes.calculatedSize;
  }

  /**
   * @param first begins with a letter
   * @param read tells a part of the context as it is now
   */
  find(first: string, read: (path: string) => string): Verdict | undefined {
    let key = first;
    for (;;) {
      const known = this.#nodes.get(key);
      if (known === undefined) return undefined;
      if ('verdict' in known) return known.verdict;
      key = keyAfter(known.id, read(known.path));
    }
  }

  /** @param verdictLength how long the texts of the verdict are */
  keep(first: string, readings: readonly Reading[], verdict: Verdict, verdictLength: number): void {
    const length = readings.reduce((sum, { text }) => sum + text.length, first.length + verdictLength);
    if (length > this.#maxLength) return;
    let key = first;
    for (const { path, text } of readings) {
      const known = this.#nodes.get(key);
      const id = known !== undefined && 'id' in known ? known.id : (this.#lastId += 1);
      if (known === undefined) this.#put(key, { id, path }, path.length);
      key = keyAfter(id, text);
    }
    this.#put(key, { verdict }, verdictLength);
  }

  #put(key: string, known: Known<Verdict>, length: number): void {
    this.#nodes.set(key, known, { size: NODE_BYTES + BYTES_A_CHARACTER * (key.length + length) });
  }
}

/** Never the same as a first text, which begins with a letter. */
function keyAfter(id: number, text: string): string {
  return `${id} ${text}`;
}
