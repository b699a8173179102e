import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JudgeOptions } from '../../src/cli/judge.ts';
import type { Output } from '../../src/cli/mistakes-block.ts';
import { NOW } from './try-policy.ts';

interface Shared extends Output, JudgeOptions {
  readonly paths: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
}

/**
 * What a command prints about files, by their names in the folder, and its exit code; `-` is the standard input.
 *
 * @param options which of the files are manifests, by default all, and what the command has of its own
 */
export async function tryOnFiles<Options extends Shared>(
  command: (options: Options) => Promise<number>,
  folder: string,
  files: Readonly<Record<string, string>>,
  { names, ...options }: Omit<Options, keyof Shared> & Partial<JudgeOptions> & { readonly names?: readonly string[] },
) {
  for (const [name, text] of Object.entries(files).filter(([file]) => file !== '-')) {
    // oxlint-disable-next-line no-await-in-loop -- few
    await writeFile(join(folder, name), text);
  }
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(files['-']);
  }
  const [said, failed]: [string[], string[]] = [[], []];
  const write = (text: string): void => void said.push(text);
  const writeError = (text: string): void => void failed.push(text);
  const paths = (names ?? Object.keys(files)).map((name) => (name === '-' ? name : join(folder, name)));
  const shared: Shared = { now: NOW, write, writeError, paths, stdin: stdin() };
  const code = await command({ ...shared, ...options } as Options);
  const [stdout, stderr] = [said, failed].map((texts) => texts.join('').replaceAll(`${folder}/`, ''));
  return { code, stdout: stdout!, stderr: stderr! };
}
