import { pathToFileURL } from 'node:url';
import { messageOf, type Mistake, MistakesError } from '../mistake/mistake.ts';
import type { AnyRule } from '../rule/rule.ts';
import { findRuleFiles, type RuleFile, rulesFolderEmpty, unloadableRule } from './rule-files.ts';
import { ruleMistakes } from './rule-mistakes.ts';

/**
 * Imports the built-in rules. A folder without rules is a mistake: no rules would allow everything.
 *
 * @throws {MistakesError} with every mistake of every file.
 */
export async function loadRules(folder: string): Promise<readonly AnyRule[]> {
  const loaded = await Promise.all((await findRuleFiles(folder)).map(loadFile));
  const mistakes = loaded.flatMap((result) => ('mistakes' in result ? result.mistakes : []));
  if (loaded.length === 0) mistakes.push(rulesFolderEmpty(folder));
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return loaded.flatMap((result) => ('rule' in result ? [result.rule] : []));
}

async function loadFile(file: RuleFile): Promise<{ rule: AnyRule } | { mistakes: readonly Mistake[] }> {
  try {
    const module = (await import(pathToFileURL(file.realpath).href)) as Record<string, unknown>;
    const mistakes = ruleMistakes(module['default'], file, true);
    return mistakes.length > 0 ? { mistakes } : { rule: module['default'] as AnyRule };
  } catch (error) {
    return { mistakes: [unloadableRule({ name: file.path }, messageOf(error), 'Mend the file, and build it anew.')] };
  }
}
