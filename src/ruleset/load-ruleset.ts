import type { CustomRule } from '../engine/answer.ts';
import type { Policy } from '../engine/policy.ts';
import { createRuleset, type Ruleset } from '../engine/ruleset.ts';
import { settingsBySelection, type RuleSettings } from '../engine/settings-by-selection.ts';
import { MistakesError, type Mistake } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule-file/rule-files.ts';
import type { AnyRule } from '../rule/rule.ts';
import { loadPolicy, type Environment } from '../policy/load-policy.ts';
import type { PolicyFolder } from '../policy/policy-folder.ts';
import { tryRuleset } from './try-ruleset.ts';

/** Loads custom rules; rejects with a `MistakesError` for files that are none. */
export type LoadCustomRules = (
  files: readonly RuleFile[],
  settings: readonly RuleSettings[],
) => Promise<readonly CustomRule[]>;

/** What a ruleset is made of. */
export interface RulesetSources {
  readonly builtIn: readonly AnyRule[];
  readonly environment: Environment;
  readonly policy: PolicyFolder;
  readonly ruleFiles: readonly RuleFile[];
  /** What is wrong already, so that all is told together. */
  readonly mistakes?: readonly Mistake[];
  readonly loadCustomRules: LoadCustomRules;
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
  const { custom, mistakes: ofRules } = await loadedRules(sources, policy);
  const known = [...(sources.mistakes ?? []), ...mistakes, ...ofRules];
  try {
    const ruleset = createRuleset(sources.builtIn, custom, policy);
    if (known.length > 0) throw new MistakesError([]);
    await tryRuleset(ruleset);
    return ruleset;
  } catch (error) {
    if (error instanceof MistakesError) throw new MistakesError([...known, ...error.mistakes]);
    throw error;
  }
}

interface LoadedRules {
  readonly custom: readonly CustomRule[];
  readonly mistakes: readonly Mistake[];
}

/** The custom rules, or else their names and what is wrong with them: the rest of the policy is judged all the same. */
async function loadedRules({ ruleFiles, loadCustomRules }: RulesetSources, policy: Policy): Promise<LoadedRules> {
  if (ruleFiles.length === 0) return { custom: [], mistakes: [] };
  try {
    return { custom: await loadCustomRules(ruleFiles, settingsBySelection(policy)), mistakes: [] };
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    return { custom: ruleFiles.map(({ name }) => unasked(name)), mistakes: error.mistakes };
  }
}

/** A rule of which there is but the name: nobody asks it, since its ruleset is not used. */
function unasked(name: string): CustomRule {
  const answer = { failure: 'it is not loaded' };
  return { name, description: '', ask: () => ({ answer, steps: 0, isNew: false }) };
}
