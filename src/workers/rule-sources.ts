import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Mistake } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule/rule-files.ts';
import { unloadableRule } from '../rule/unloadable-rule.ts';
import type { RuleSources } from './worker-protocol.ts';

const IMPORTABLE: ReadonlySet<string> = new Set(['.js', '.mjs', '.ts', '.mts', '.json']);

/**
 * Reads rule files, and what lies beside them to be imported: `_patterns.js`, `list.json`. A worker that is started
 * later, when the files are others or gone, has the same rules as those before it.
 */
export async function readRuleSources(
  files: readonly RuleFile[],
): Promise<{ readonly sources: RuleSources; readonly mistakes: readonly Mistake[] }> {
  const texts: Record<string, string> = {};
  const mistakes: Mistake[] = [];
  const read = async (path: string, from: string): Promise<void> => {
    texts[pathToFileURL(path).href] = await readFile(from, 'utf8');
  };
  for (const { path, beside = {} } of files) {
    const names = Object.keys(beside).filter((name) => IMPORTABLE.has(extname(name)));
    for (const name of names) texts[pathToFileURL(join(dirname(path), name)).href] = beside[name]!;
  }
  const onDisk = files.filter(({ beside }) => beside === undefined);
  // In its real folder: a swap of a mounted folder in between does not mix old and new.
  const folders = new Map(onDisk.map(({ path, realpath }) => [dirname(path), dirname(realpath)]));
  await Promise.all([...folders].map(async ([folder, real]) => readFolder(folder, real, read)));
  for (const file of onDisk) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- in their order
      await read(file.path, file.realpath);
    } catch (error) {
      mistakes.push(unloadableRule(file, error));
    }
  }
  return { sources: texts, mistakes };
}

/** Whatever cannot be read is left for the import to complain about. */
async function readFolder(
  folder: string,
  real: string,
  read: (path: string, from: string) => Promise<void>,
): Promise<void> {
  const names = await readdir(real).catch(() => []);
  const importable = names.filter((name) => IMPORTABLE.has(extname(name)));
  await Promise.allSettled(importable.map(async (name) => read(join(folder, name), join(real, name))));
}
