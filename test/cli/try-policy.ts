import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testPolicy, type TestPolicyOptions } from '../../src/cli/test-policy.ts';

export const NOW = Date.parse('2026-11-29T14:00:00Z');

/** What `imagegate test-policy` prints, its paths without the folder, and its exit code. */
export async function tryPolicy(folder: string, options: Partial<TestPolicyOptions> & { readonly path: string }) {
  const [said, failed]: [string[], string[]] = [[], []];
  const write = (text: string): void => void said.push(text);
  const writeError = (text: string): void => void failed.push(text);
  const code = await testPolicy({ now: NOW, write, writeError, ...options });
  const [stdout, stderr] = [said, failed].map((texts) => texts.join('').replaceAll(`${folder}/`, ''));
  return { code, stdout: stdout!, stderr: stderr! };
}

/** The same with policy.yaml and cases as texts, saved in the folder as `x.yaml` and `cases.yaml`. */
export async function tryTexts(
  folder: string,
  policy: string,
  cases?: string,
  options: Partial<TestPolicyOptions> = {},
) {
  const [path, casesPath] = [join(folder, 'x.yaml'), join(folder, 'cases.yaml')];
  await writeFile(path, policy);
  if (cases === undefined) return tryPolicy(folder, { path, ...options });
  await writeFile(casesPath, cases);
  return tryPolicy(folder, { path, casesPath, ...options });
}
