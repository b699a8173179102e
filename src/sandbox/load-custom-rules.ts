import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CustomAnswer, CustomRule, RuleOptions } from '../engine/policy.ts';
import { distinctMistakes, type Mistake } from '../mistake/mistake.ts';
import { nameTaken, sourceOf } from '../rule-file/rule-mistakes.ts';
import type { RuleFile } from '../rule-file/rule-files.ts';
import { guestParts } from './guest.ts';
import { loadCustomRule } from './load-custom-rule.ts';
import { Remembered } from './remembered.ts';
import { readRuleSources } from './rule-sources.ts';
import type { RuleWatch } from './sandboxed-rule.ts';

export interface CustomRulesOptions {
  readonly files: readonly RuleFile[];
  /** The names of the built-in rules, and their owner for messages. */
  readonly takenNames: ReadonlyMap<string, string>;
  /** The distinct options by rule; absent rules have their defaults. */
  readonly options: ReadonlyMap<string, readonly RuleOptions[]>;
  readonly watch: RuleWatch;
}

/** The size of the verdict cache that all rules of a ruleset share. */
export const REMEMBERED_BYTES = 16 * 1_048_576;
/** The longest cached entry, in characters: one large pod would evict many others. */
export const REMEMBERED_LENGTH = 65_536;

/** The rules that loaded, and the mistakes of the others. */
export interface LoadedRules {
  readonly rules: readonly CustomRule[];
  readonly mistakes: readonly Mistake[];
}

/** Loads custom rules, an engine each. Between the steps of loading, the event loop runs. */
export async function loadCustomRules(given: CustomRulesOptions): Promise<LoadedRules> {
  const { files, options, watch } = given;
  const [parts, folders] = await Promise.all([guestParts(), readRuleSources(files)]);
  const remembered = new Remembered<CustomAnswer>(REMEMBERED_BYTES, REMEMBERED_LENGTH);
  const rules: CustomRule[] = [];
  const mistakes: Mistake[] = [];
  for (const file of files) {
    const taken = takenName(file, given);
    mistakes.push(...taken);
    const loading = loadCustomRule(file, folders.get(dirname(file.path))!, { parts, options, remembered, watch });
    let step = loading.next();
    for (; step.done !== true; step = loading.next()) {
      // oxlint-disable-next-line no-await-in-loop -- lets the event loop run
      await setImmediate();
    }
    if ('mistakes' in step.value) mistakes.push(...step.value.mistakes);
    else if (taken.length === 0) rules.push(step.value.rule);
  }
  return { rules, mistakes: distinctMistakes(mistakes) };
}

function takenName(file: RuleFile, { files, takenNames }: CustomRulesOptions): readonly Mistake[] {
  const { name, path } = file;
  const takenBy = takenNames.get(name) ?? files.find((other) => other.name === name)!.path;
  return takenBy === path ? [] : [nameTaken(name, sourceOf(file), takenBy)];
}
