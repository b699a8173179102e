import { DEFAULT_POLICY, type Policy } from '../engine/policy.ts';
import type { Mistake } from '../mistake/mistake.ts';
import { flatPolicy } from './flat-policy.ts';
import { mergedRules } from './merged-rules.ts';
import type { PolicyFolder } from './policy-folder.ts';
import { POLICY_YAML, readPolicyYaml } from './policy-yaml.ts';

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the operator decided, as far as it can be understood: so that the rest is judged too before the start fails. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** Every key that is unknown, set differently in two places, or cannot be read or understood. */
  readonly mistakes: readonly Mistake[];
}

/**
 * What the operator decided about images: keys of the environment and of the policy folder, `policy.yaml` among these.
 * What neither says is left to the defaults in the rules' schemas. It never throws: a policy with mistakes is for
 * `loadRuleset` to refuse.
 */
export function loadPolicy(environment: Environment, { keys, mistakes }: PolicyFolder): LoadedPolicy {
  const flat = flatPolicy(environment, keys);
  const file = keys.get(POLICY_YAML);
  const yaml = file === undefined ? { policy: DEFAULT_POLICY, mistakes: [] } : readPolicyYaml(file.text, file.path);
  const { rules, mistakes: conflicts } = mergedRules(flat.settings, yaml.policy.rules);
  return {
    policy: { ...yaml.policy, rules, enforcement: flat.enforcement },
    mistakes: [...mistakes, ...flat.mistakes, ...yaml.mistakes, ...conflicts],
  };
}
