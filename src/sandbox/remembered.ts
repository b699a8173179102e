import { LRUCache } from 'lru-cache';

/** What is known after some reads of the context: the verdict, or the path of the next read. */
type Known<Verdict> = { readonly verdict: Verdict } | { readonly id: number; readonly path: string };

/** One read of the context, and its result. */
export interface Reading {
  readonly path: string;
  readonly text: string;
}

/** The overhead of a node. */
const NODE_BYTES = 200;
const BYTES_A_CHARACTER = 2;

/**
 * A cache of verdicts, keyed by exactly what they depend on: a first text, then each read of the context, in order. Each
 * read depends only on those before it, so the reads form a tree: a node's key is its parent's id and the text that was read.
 * The keys are whole texts, not hashes, which an attacker could make collide.
 *
 * Bounded in bytes; evicts the least recently used node. A node without its parent is never used again, and is evicted later.
 */
export class Remembered<Verdict> {
  readonly #nodes: LRUCache<string, Known<Verdict>>;
  readonly #maxLength: number;
  #lastId = 0;

  /** @param maxLength of all texts of an entry, in characters; longer ones are not cached */
  constructor(maxBytes: number, maxLength: number) {
    this.#nodes = new LRUCache({ maxSize: maxBytes });
    this.#maxLength = maxLength;
  }

  get bytes(): number {
    return this.#nodes.calculatedSize;
  }

  /**
   * @param first begins with a letter
   * @param read returns a part of the current context
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

  /** @param verdictLength the length of the verdict's texts */
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
