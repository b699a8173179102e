/** Reads a WebAssembly binary from left to right. Places are offsets in the whole file, for messages. */
export class WasmReader {
  readonly bytes: Uint8Array;
  place: number;

  constructor(bytes: Uint8Array, place = 0) {
    this.bytes = bytes;
    this.place = place;
  }

  byte(): number {
    const byte = this.bytes[this.place++];
    if (byte === undefined) throw new WasmError(this.place - 1, 'the module ends too early');
    return byte;
  }

  /** An unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new WasmError(this.place, 'a number is longer than 32 bits');
  }

  /** Leaves a LEB128 of any kind behind. */
  skipLeb(): void {
    while (this.byte() >= 0x80);
  }

  take(length: number): Uint8Array {
    const end = this.place + length;
    if (end > this.bytes.length) throw new WasmError(this.place, 'the module ends too early');
    const taken = this.bytes.subarray(this.place, end);
    this.place = end;
    return taken;
  }
}

/** What the rewriter does not know, or a module that is broken: it is refused with its place. */
export class WasmError extends Error {
  override readonly name = 'WasmError';

  constructor(place: number, problem: string) {
    super(`At byte ${place} of the module: ${problem}.`);
  }
}

/** A number as an unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? low + 128 : low);
  } while (left > 0);
  return bytes;
}

/** A number as a signed LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (;;) {
    const low = left & 0x7f;
    left >>= 7;
    const isLast = (left === 0 && (low & 0x40) === 0) || (left === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

/** Code, of opcodes and what belongs to them. */
export function code(...parts: readonly (number | readonly number[])[]): number[] {
  return parts.flat();
}

/** Items behind their number, as a WebAssembly vector. */
export function vector(items: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  return concat([unsigned(items.length), ...items]);
}

export function concat(parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
