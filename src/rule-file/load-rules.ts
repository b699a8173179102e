import { pathToFileURL } from 'node:url';
import { messageOf, type Mistake, MistakesError } from '../mistake/mistake.ts';
import { nameTaken, ruleMistakes } from './rule-mistakes.ts';
import { findRuleFiles, type RuleFile, rulesFolderEmpty, unloadableRule } from './rule-files.ts';
import type { AnyRule } from '../rule/rule.ts';

/**
 * Loads the rules of folders: all of them or none. A folder from which no rule comes is a mistake: to have no rules is
 * to allow everything.
 *
 * @throws {MistakesError} with every mistake of every file.
 */
export async function loadRules(folders: readonly string[]): Promise<readonly AnyRule[]> {
  const found = await Promise.all(folders.map(async (folder) => loadFolder(folder)));
  const mistakes = found.flatMap((folder) => folder.mistakes);
  const loaded = new Map<string, LoadedRule>();
  for (const { rule, path } of found.flatMap((folder) => folder.rules)) {
    const taken = loaded.get(rule.meta.name);
    if (taken === undefined) loaded.set(rule.meta.name, { rule, path });
    else mistakes.push(nameTaken(rule.meta.name, { name: path }, taken.path));
  }
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return [...loaded.values()].map(({ rule }) => rule);
}

interface LoadedRule {
  readonly rule: AnyRule;
  readonly path: string;
}

/** The rules of a folder, and what is wrong with the files that are none. */
async function loadFolder(folder: string): Promise<{ rules: readonly LoadedRule[]; mistakes: readonly Mistake[] }> {
  let files: readonly RuleFile[];
  try {
    files = await findRuleFiles(folder);
  } catch (error) {
    return { rules: [], mistakes: (error as MistakesError).mistakes }; // findRuleFiles throws nothing else
  }
  const rules: LoadedRule[] = [];
  const mistakes: Mistake[] = files.length === 0 ? [rulesFolderEmpty(folder)] : [];
  for (const file of files) {
    // One after the other, so that mistakes come in the order of the files.
    // oxlint-disable-next-line no-await-in-loop
    const result = await loadFile(file);
    if ('mistakes' in result) mistakes.push(...result.mistakes);
    else rules.push({ rule: result.rule, path: file.path });
  }
  return { rules, mistakes };
}

async function loadFile(file: RuleFile): Promise<{ rule: AnyRule } | { mistakes: readonly Mistake[] }> {
  try {
    const module = (await import(pathToFileURL(file.realpath).href)) as Record<string, unknown>;
    const mistakes = ruleMistakes(module['default'], file);
    return mistakes.length > 0 ? { mistakes } : { rule: module['default'] as AnyRule };
  } catch (error) {
    return { mistakes: [unloadableRule({ name: file.path }, messageOf(error), 'Mend the file, and build it anew.')] };
  }
}
