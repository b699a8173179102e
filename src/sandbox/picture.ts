import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';

/** Where an engine's stack begins: it grows down from there; all other memory is above. */
export const STACK = 1_048_576;

/** A snapshot of an engine, from which any other can be restored. */
export interface Picture {
  /** The memory from `STACK` on. */
  readonly memory: Buffer;
  /** The memory's size, in pages of 64 KiB. */
  readonly pages: number;
  /** The address of the scratch space of calls. */
  readonly scratch: number;
  /** The guest functions by name. */
  readonly functions: Readonly<Record<string, number>>;
}

/** A picture as the file that the build writes. */
export function packed({ memory, ...rest }: Picture): Buffer {
  return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(rest)}\n`), memory]));
}

export async function unpacked(file: Buffer): Promise<Picture> {
  const bytes = await promisify(gunzip)(file);
  const end = bytes.indexOf('\n');
  const rest = JSON.parse(bytes.toString('utf8', 0, end)) as Omit<Picture, 'memory'>;
  return { ...rest, memory: bytes.subarray(end + 1) };
}
