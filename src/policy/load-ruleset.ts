import { createRuleset, type Ruleset } from '../engine/ruleset.ts';
import { MistakesError } from '../mistake/mistake.ts';
import { loadRules } from '../rule/load-rules.ts';
import { loadPolicy, type Environment } from './load-policy.ts';
import { readPolicyFolder } from './policy-folder.ts';

/**
 * The rules of folders under the operator's policy.
 *
 * @throws {MistakesError} with every mistake of the policy's keys and of the rule files; where all rules could be
 *   loaded, of their options too.
 */
export async function loadRuleset(
  ruleFolders: readonly string[],
  environment: Environment,
  policyFolder: string | undefined,
): Promise<Ruleset> {
  const { policy, mistakes } = loadPolicy(environment, await readPolicyFolder(policyFolder));
  let ruleset: Ruleset;
  try {
    ruleset = createRuleset(await loadRules(ruleFolders), policy);
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    throw new MistakesError([...mistakes, ...error.mistakes]);
  }
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return ruleset;
}
