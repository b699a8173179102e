const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** 1 for the bytes that begin or separate values, 0 for all others. */
const MARK = new Uint8Array(256);
for (const mark of '{[:,') MARK[mark.charCodeAt(0)] = 1;

/** Counts marks in a text that comes in pieces. */
export class JsonMarks {
  count = 0;
  #inString = false;
  #escaped = false;

  add(chunk: Uint8Array): void {
    let count = 0;
    let inString = this.#inString;
    let escaped = this.#escaped;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] as number;
      if (!inString) {
        count += MARK[byte] as number;
        inString = byte === QUOTE;
      } else if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else inString = byte !== QUOTE;
    }
    this.count += count;
    this.#inString = inString;
    this.#escaped = escaped;
  }
}

/**
 * Keeps the values of all bodies being judged within the heap: JSON.parse cannot be interrupted, and running out of memory
 * ends the process. A body being judged cannot be evicted, so an address that holds some already gets at most half:
 * there is always room for another address.
 */
export class ValuesBudget {
  readonly #limit: number;
  readonly #byAddress = new Map<string, number>();
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes `values` and returns their number, or `undefined` if they do not fit. */
  take(address: string, values: number): number | undefined {
    const own = this.#byAddress.get(address) ?? 0;
    if (this.#held + values > this.#limit || (own > 0 && own + values > this.#limit / 2)) return undefined;
    this.#held += values;
    this.#byAddress.set(address, own + values);
    return values;
  }

  release(address: string, values: number): void {
    this.#held -= values;
    const left = (this.#byAddress.get(address) ?? 0) - values;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
