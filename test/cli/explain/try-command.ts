import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Output } from '../../../src/cli/mistakes-block.ts';
import type { PolicyPaths } from '../../../src/cli/tried-policy.ts';
import { NOW } from '../try-policy.ts';

interface Shared extends Output, PolicyPaths {
  readonly format: 'text' | 'json';
  readonly now: number;
}

/** What a command prints about a policy.yaml, its paths without the folder, and its exit code. */
export async function tryCommand<Options extends Shared>(
  command: (options: Options) => Promise<number>,
  folder: string,
  policy: string | undefined,
  options: Omit<Options, keyof Shared> & Partial<Shared>,
) {
  const path = policy === undefined ? undefined : join(folder, 'x.yaml');
  if (path !== undefined) await writeFile(path, policy!);
  const [said, failed]: [string[], string[]] = [[], []];
  const write = (text: string): void => void said.push(text);
  const writeError = (text: string): void => void failed.push(text);
  const shared: Shared = { path, format: 'text', now: NOW, write, writeError };
  const code = await command({ ...shared, ...options } as Options);
  const [stdout, stderr] = [said, failed].map((texts) => texts.join('').replaceAll(`${folder}/`, ''));
  return { code, stdout: stdout!, stderr: stderr! };
}
