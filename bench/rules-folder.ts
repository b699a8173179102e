import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of custom rules, to be removed in the end. */
export interface RulesFolder {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Writes so many custom rules, each of which reads a little and objects to nothing that is asked here. */
export async function writeRules(count: number): Promise<RulesFolder> {
  const names = Array.from({ length: count }, (_, index) => `no-debug-${index}`);
  return writeRuleTexts(Object.fromEntries(names.map((name) => [name, ruleText(name)])));
}

/** Writes custom rules, by name. */
export async function writeRuleTexts(texts: Readonly<Record<string, string>>): Promise<RulesFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'imagegate-bench-rules-'));
  await Promise.all(Object.entries(texts).map(async ([name, text]) => writeFile(join(folder, `${name}.js`), text)));
  return { folder, remove: async () => rm(folder, { recursive: true }) };
}

const ruleText = (name: string): string => `export default {
  meta: { name: '${name}', description: 'Deny images for debugging in production.' },
  check(image, options, { namespace }) {
    if (namespace === 'production' && image.repository.endsWith('-debug'))
      return [{ problem: 'is made for debugging', remedy: 'Use the real one.' }];
  },
};
`;
