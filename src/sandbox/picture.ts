import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';

/** Where an engine's stack begins: it grows down from there, and all else lies above. */
export const STACK = 1_048_576;

/** What an engine was at one moment: with it, any other one becomes the same. */
export interface Picture {
  /** All of it from `STACK` on. */
  readonly memory: Buffer;
  /** Its size then, in pages of 64 KiB. */
  readonly pages: number;
  /** Where there is room for what calls need. */
  readonly scratch: number;
  /** The functions inside that the gate calls, by name. */
  readonly functions: Readonly<Record<string, number>>;
}

/** A picture as the build writes it into a file. */
export function packed({ memory, ...rest }: Picture): Buffer {
  return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(rest)}\n`), memory]));
}

export async function unpacked(file: Buffer): Promise<Picture> {
  const bytes = await promisify(gunzip)(file);
  const end = bytes.indexOf('\n');
  const rest = JSON.parse(bytes.toString('utf8', 0, end)) as Omit<Picture, 'memory'>;
  return { ...rest, memory: bytes.subarray(end + 1) };
}
