import type { CustomRules } from '../engine/evaluate-custom.ts';
import type { Policy } from '../engine/policy.ts';
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
 * @throws {MistakesError} with every mistake of the policy's keys, of the rule files and of options; and where there is
 *   none, of what the rules did to the samples.
 */
export async function loadRuleset(sources: RulesetSources): Promise<Ruleset> {
  const { policy, mistakes } = loadPolicy(sources.environment, sources.policy);
  const { custom, mistakes: ofRules } = await startedRules(sources, policy);
  const known = [...(sources.mistakes ?? []), ...mistakes, ...ofRules];
  try {
    const ruleset = createRuleset(sources.builtIn, custom, policy);
    if (known.length > 0) throw new MistakesError([]);
    await tryRuleset(ruleset);
    return ruleset;
  } catch (error) {
    await custom?.close();
    if (error instanceof MistakesError) throw new MistakesError([...known, ...error.mistakes]);
    throw error;
  }
}

interface StartedRules {
  readonly custom: CustomRules | undefined;
  readonly mistakes: readonly Mistake[];
}

/** The custom rules, or else their names and what is wrong with them: the rest of the policy is judged all the same. */
async function startedRules({ ruleFiles, startCustomRules }: RulesetSources, policy: Policy): Promise<StartedRules> {
  if (ruleFiles.length === 0) return { custom: undefined, mistakes: [] };
  try {
    return { custom: await startCustomRules(ruleFiles, settingsBySelection(policy)), mistakes: [] };
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    const names = ruleFiles.map(({ name }) => name);
    const custom = { names, descriptions: new Map(), judge: async () => [], close: async () => {} };
    return { custom, mistakes: error.mistakes };
  }
}
