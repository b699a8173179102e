import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CustomAnswer, CustomRule } from '../engine/answer.ts';
import { distinctMistakes } from '../engine/distinct-mistakes.ts';
import type { RuleOptions } from '../engine/prepare-rule.ts';
import { type Mistake, MistakesError } from '../mistake/mistake.ts';
import { nameTaken } from '../rule-file/rule-mistakes.ts';
import type { RuleFile } from '../rule-file/rule-files.ts';
import { guestParts } from './guest.ts';
import { loadCustomRule } from './load-custom-rule.ts';
import { Remembered } from './remembered.ts';
import { readRuleSources } from './rule-sources.ts';
import type { RuleWatch } from './sandboxed-rule.ts';

export interface CustomRulesOptions {
  readonly files: readonly RuleFile[];
  /** The names of the built-in rules, and where each is. */
  readonly takenNames: ReadonlyMap<string, string>;
  /** For each selection the options by rule; a rule that is not there has its defaults. */
  readonly settings: readonly ReadonlyMap<string, RuleOptions>[];
  readonly watch: RuleWatch;
}

/** What all rules of a ruleset may remember together. */
const REMEMBERED_BYTES = 16 * 1_048_576;
/** What is longer is asked each time: one such pod would push out many others. */
const REMEMBERED_LENGTH = 65_536;

/**
 * Loads custom rules, an engine each. Between two files and two steps of one, whoever else waits has a turn.
 *
 * @throws {MistakesError} with every mistake of every file.
 */
export async function loadCustomRules(options: CustomRulesOptions): Promise<readonly CustomRule[]> {
  const { files, settings, watch } = options;
  const [parts, folders] = await Promise.all([guestParts(), readRuleSources(files)]);
  const remembered = new Remembered<CustomAnswer>(REMEMBERED_BYTES, REMEMBERED_LENGTH);
  const rules: CustomRule[] = [];
  const mistakes: Mistake[] = [];
  for (const file of files) {
    mistakes.push(...takenName(file, options));
    const loading = loadCustomRule(file, folders.get(dirname(file.path))!, { parts, settings, remembered, watch });
    let step = loading.next();
    for (; step.done !== true; step = loading.next()) {
      // oxlint-disable-next-line no-await-in-loop -- whoever else waits has a turn
      await setImmediate();
    }
    if ('rule' in step.value) rules.push(step.value.rule);
    else mistakes.push(...step.value.mistakes);
  }
  if (mistakes.length > 0) throw new MistakesError(distinctMistakes(mistakes));
  return rules;
}

function takenName({ name, path }: RuleFile, { files, takenNames }: CustomRulesOptions): readonly Mistake[] {
  const takenBy = takenNames.get(name) ?? files.find((file) => file.name === name)!.path;
  return takenBy === path ? [] : [nameTaken(name, path, takenBy)];
}
