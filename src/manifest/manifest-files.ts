import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, MistakesError } from '../mistake/mistake.ts';
import { MANIFEST_INVALID, type ManifestItem, manifestItems } from './manifest-items.ts';

/** The standard input, on the command line. */
export const STDIN = '-';

/** A path on the command line, for people. */
export function pathName(path: string): string {
  return path === STDIN ? 'standard input' : path;
}

const MANIFEST_NAME = /\.(?:ya?ml|json)$/;
const HIDDEN = /(?:^|[/\\])(?:\.|node_modules[/\\])/;

/**
 * The files that a path on the command line means: itself or, of a folder, all YAML and JSON below it that is not hidden.
 *
 * @throws {MistakesError} if it cannot be read.
 */
export async function manifestFiles(path: string): Promise<readonly string[]> {
  if (path === STDIN) return [path];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = await readdir(path, { recursive: true });
    const found = names.filter((name) => MANIFEST_NAME.test(name) && !HIDDEN.test(name));
    return found.toSorted().map((name) => join(path, name));
  } catch (error) {
    throw new MistakesError([unreadable(path, messageOf(error))]);
  }
}

/**
 * What is in a file. One that cannot be read, or not as UTF-8, is a mistake.
 *
 * @param word documents without it are left out
 */
export async function* itemsOfFile(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
  word?: string,
): AsyncGenerator<ManifestItem> {
  const name = pathName(path);
  try {
    yield* manifestItems(textsOf(path === STDIN ? stdin : createReadStream(path)), name, word);
  } catch (error) {
    yield { mistake: unreadable(name, messageOf(error)) };
  }
}

async function* textsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

function unreadable(name: string, found: string) {
  const expected = 'a file or a folder that can be read, in UTF-8';
  const remedy = 'Name a file of manifests, a folder of such, or - for the standard input.';
  return { code: MANIFEST_INVALID, source: { name }, expected, found, remedy } as const;
}
