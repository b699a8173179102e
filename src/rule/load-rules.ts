import { pathToFileURL } from 'node:url';
import { extname } from 'node:path';
import { messageOf, MistakesError, shown, type Mistake } from '../mistake/mistake.ts';
import { findRuleFiles, type RuleFile } from './rule-files.ts';
import type { AnyRule } from './rule.ts';
import { ruleMistakes } from './rule-mistakes.ts';

/**
 * Loads the rules of folders: all of them or none. A folder from which no rule comes is a mistake: to have no rules is
 * to allow everything.
 *
 * @throws {MistakesError} with every mistake of every file.
 */
export async function loadRules(folders: readonly string[]): Promise<readonly AnyRule[]> {
  const mistakes: Mistake[] = [];
  const loaded = new Map<string, { rule: AnyRule; path: string }>();
  const results = await Promise.allSettled(folders.map(async (folder) => loadFolder(folder)));
  for (const result of results) {
    if (result.status === 'rejected') {
      if (!(result.reason instanceof MistakesError)) throw result.reason;
      mistakes.push(...result.reason.mistakes);
      continue;
    }
    for (const { rule, path } of result.value) {
      const { name } = rule.meta;
      const taken = loaded.get(name);
      if (taken === undefined) loaded.set(name, { rule, path });
      else mistakes.push(nameTaken(name, path, taken.path));
    }
  }
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return [...loaded.values()].map(({ rule }) => rule);
}

async function loadFolder(folder: string): Promise<readonly { rule: AnyRule; path: string }[]> {
  const files = await findRuleFiles(folder);
  if (files.length === 0) throw new MistakesError([folderEmpty(folder)]);
  const mistakes: Mistake[] = [];
  const rules: { rule: AnyRule; path: string }[] = [];
  for (const file of files) {
    // One after the other, so that mistakes come in the order of the files.
    // oxlint-disable-next-line no-await-in-loop
    const result = await loadFile(file);
    if ('mistakes' in result) mistakes.push(...result.mistakes);
    else rules.push({ rule: result.rule, path: file.path });
  }
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return rules;
}

async function loadFile(file: RuleFile): Promise<{ rule: AnyRule } | { mistakes: readonly Mistake[] }> {
  try {
    const module = (await import(pathToFileURL(file.realpath).href)) as Record<string, unknown>;
    const mistakes = ruleMistakes(module['default'], file);
    return mistakes.length > 0 ? { mistakes } : { rule: module['default'] as AnyRule };
  } catch (error) {
    return { mistakes: [unloadable(file, error)] };
  }
}

function unloadable({ path }: RuleFile, error: unknown): Mistake {
  const isTypeScript = /^\.m?ts$/.test(extname(path));
  return {
    code: 'rule-file-unloadable',
    where: path,
    expected: 'a module that can be imported',
    found: error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error),
    remedy:
      isTypeScript && !('typescript' in process.features && process.features.typescript)
        ? `This Node (${process.version}) cannot read TypeScript: use Node 22.18 or newer, or compile the rule to JavaScript.`
        : 'Mend the file; `node --check` shows where its syntax breaks.',
  };
}

function folderEmpty(folder: string): Mistake {
  return {
    code: 'rules-folder-empty',
    where: `rules folder ${folder}`,
    expected: 'at least one rule file (.js, .mjs, .ts or .mts)',
    found: 'none',
    remedy: 'Put a rule there, or unset RULES_DIR for the built-in rules alone.',
  };
}

function nameTaken(name: string, path: string, takenBy: string): Mistake {
  return {
    code: 'rule-name-taken',
    where: path,
    expected: 'a name that no other rule has',
    found: `${shown(name)}, which is the rule of ${takenBy}`,
    remedy: 'Give the rule another name, and the file with it.',
  };
}
