import type { CustomRules } from '../engine/evaluate-custom.ts';
import { createRuleset, type Ruleset } from '../engine/ruleset.ts';
import { settingsBySelection, type RuleSettings } from '../engine/settings-by-selection.ts';
import { MistakesError, type Mistake } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule/rule-files.ts';
import type { AnyRule } from '../rule/rule.ts';
import { loadPolicy, type Environment } from './load-policy.ts';
import type { PolicyFolder } from './policy-folder.ts';
import { tryRuleset } from './try-ruleset.ts';

/** Starts what asks custom rules; rejects with a `MistakesError` for files that are none. */
export type StartCustomRules = (files: readonly RuleFile[], settings: readonly RuleSettings[]) => Promise<CustomRules>;

/** What a ruleset is made of. */
export interface RulesetSources {
  readonly builtIn: readonly AnyRule[];
  readonly environment: Environment;
  readonly policy: PolicyFolder;
  readonly ruleFiles: readonly RuleFile[];
  /** What is wrong already, so that all is told together. */
  readonly mistakes?: readonly Mistake[];
  readonly startCustomRules: StartCustomRules;
}

/**
 * The rules under the operator's policy, tried on sample pods. There is no other way to a ruleset: the start, a reload and
 * whoever only wants to know whether one would work all come here.
 *
 * @throws {MistakesError} with every mistake of the policy's keys and of the rule files; where all rules could be loaded,
 *   of their options too; and where there is none, of what they did to the samples.
 */
export async function loadRuleset(sources: RulesetSources): Promise<Ruleset> {
  const { builtIn, environment, ruleFiles, startCustomRules } = sources;
  const { policy, mistakes } = loadPolicy(environment, sources.policy);
  const known = [...(sources.mistakes ?? []), ...mistakes];
  let custom: CustomRules | undefined;
  try {
    custom = ruleFiles.length > 0 ? await startCustomRules(ruleFiles, settingsBySelection(policy)) : undefined;
    const ruleset = createRuleset(builtIn, custom, policy);
    if (known.length > 0) throw new MistakesError([]);
    await tryRuleset(ruleset);
    return ruleset;
  } catch (error) {
    await custom?.close();
    if (error instanceof MistakesError) throw new MistakesError([...known, ...error.mistakes]);
    throw error;
  }
}
