/** What is known after some parts of the context were read: the verdict, or which part was read next. */
type Known<Verdict> = { readonly bytes: number } & (
  { readonly verdict: Verdict } | { readonly id: number; readonly path: string }
);

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
 * Bounded in bytes, by two halves: what is used is in the one, or moves there; when that is full, what lies in the other
 * was not used for longest, and goes. A node whose parent is gone is never used again, and follows.
 */
export class Remembered<Verdict> {
  readonly #halfBytes: number;
  readonly #maxLength: number;
  #recent = new Map<string, Known<Verdict>>();
  #older = new Map<string, Known<Verdict>>();
  #recentBytes = 0;
  #olderBytes = 0;
  #lastId = 0;

  /** @param maxLength of all the texts that lead to a verdict and are in it; what is longer is not remembered */
  constructor(maxBytes: number, maxLength: number) {
    this.#halfBytes = maxBytes / 2;
    this.#maxLength = maxLength;
  }

  get bytes(): number {
    return this.#recentBytes + this.#olderBytes;
  }

  /**
   * @param first begins with a letter
   * @param read tells a part of the context as it is now
   */
  find(first: string, read: (path: string) => string): Verdict | undefined {
    let key = first;
    for (;;) {
      const known = this.#get(key);
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
      const known = this.#get(key);
      const id = known !== undefined && 'id' in known ? known.id : this.#add(key, path);
      key = keyAfter(id, text);
    }
    this.#put(key, { verdict, bytes: bytesOf(key, verdictLength) });
  }

  #get(key: string): Known<Verdict> | undefined {
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const known = this.#older.get(key);
    if (known === undefined) return undefined;
    this.#older.delete(key);
    this.#olderBytes -= known.bytes;
    this.#put(key, known);
    return known;
  }

  #add(key: string, path: string): number {
    const id = ++this.#lastId;
    this.#put(key, { id, path, bytes: bytesOf(key, path.length) });
    return id;
  }

  #put(key: string, known: Known<Verdict>): void {
    this.#recentBytes += known.bytes - (this.#recent.get(key)?.bytes ?? 0);
    this.#recent.set(key, known);
    if (this.#recentBytes <= this.#halfBytes) return;
    this.#older = this.#recent;
    this.#olderBytes = this.#recentBytes;
    this.#recent = new Map();
    this.#recentBytes = 0;
  }
}

/** Never the same as a first text, which begins with a letter. */
function keyAfter(id: number, text: string): string {
  return `${id} ${text}`;
}

function bytesOf(key: string, length: number): number {
  return NODE_BYTES + BYTES_A_CHARACTER * (key.length + length);
}
