import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { codeOf } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule-file/rule-files.ts';
import type { Source } from './strip-texts.ts';
import { stripTypes } from './strip-types.ts';

/** The importable files of a folder, by name. */
export type SourceFolder = ReadonlyMap<string, Source>;

const IMPORTABLE: ReadonlySet<string> = new Set(['.js', '.mjs', '.ts', '.mts', '.json']);
/** The size limit of a ConfigMap. */
export const MAX_LENGTH = 1_048_576;

/**
 * Reads rule files and the importable files of their folders: `_patterns.js`, `list.json`. All are read before anything
 * runs, so that they are from one state of the folder.
 *
 * @returns the files by folder, by the path that the operator knows.
 */
export async function readRuleSources(files: readonly RuleFile[]): Promise<ReadonlyMap<string, SourceFolder>> {
  const folders = new Map<string, Map<string, Source>>();
  for (const file of files) {
    const folder = dirname(file.path);
    // oxlint-disable-next-line no-await-in-loop -- seldom more than one folder
    const sources = folders.get(folder) ?? (file.siblings ? importableIn(file.siblings) : await readFolder(file));
    folders.set(folder, sources);
    // oxlint-disable-next-line no-await-in-loop
    if (file.siblings === undefined) sources.set(basename(file.path), await readSource(file.realpath));
  }
  await stripTypes([...folders.values()]);
  return folders;
}

function importableIn(texts: Readonly<Record<string, string>>): Map<string, Source> {
  const importable = Object.entries(texts).filter(([name]) => IMPORTABLE.has(extname(name)));
  return new Map(importable.map(([name, text]) => [name, sourceOf(text)]));
}

/** Reads the real folder, so that an update of the mount meanwhile does not mix old and new files. */
async function readFolder({ realpath }: RuleFile): Promise<Map<string, Source>> {
  const real = dirname(realpath);
  const names = await readdir(real).catch(() => []);
  const importable = names.filter((name) => IMPORTABLE.has(extname(name)));
  const sources = await Promise.all(
    importable.map(async (name) => [name, await readSource(join(real, name))] as const),
  );
  return new Map(sources);
}

async function readSource(path: string): Promise<Source> {
  try {
    return sourceOf(await readFile(path, 'utf8'));
  } catch (error) {
    return { problem: { message: `it cannot be read: ${codeOf(error)}` } };
  }
}

function sourceOf(text: string): Source {
  if (text.length <= MAX_LENGTH) return { text };
  return { problem: { message: `it has ${text.length} characters, and at most ${MAX_LENGTH} are read` } };
}
