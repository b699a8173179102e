import { DEFAULT_POLICY, mergeSetting, type RuleSetting } from '../engine/policy.ts';
import { type Location, type Mistake, shown } from '../mistake/mistake.ts';
import type { AnyRule } from '../rule/rule.ts';
import { type Environment, flatKeys, POLICY_YAML, type ConfigValue } from './flat-keys.ts';
import { flatPolicy, type FlatSetting } from './flat-policy.ts';
import type { PolicyFolder } from './policy-folder.ts';
import { type LoadedPolicy, readPolicyYaml } from './policy-yaml.ts';

/**
 * Loads the policy from the environment and the policy folder, policy.yaml included. Absent options are left to the defaults
 * in the rules' schemas. Never throws: `loadRuleset` rejects a policy with mistakes.
 */
export function loadPolicy(
  environment: Environment,
  { keys, mistakes }: PolicyFolder,
  builtIn: readonly AnyRule[],
): LoadedPolicy {
  const flat = flatPolicy(environment, keys, flatKeys(builtIn));
  const file = keys.get(POLICY_YAML);
  const yaml = file === undefined ? { policy: DEFAULT_POLICY, mistakes: [] } : readPolicyYaml(file);
  // Of flat keys for the same setting, the last one wins.
  const rules = new Map(yaml.policy.rules);
  for (const { rule, setting } of flat.settings) rules.set(rule, mergeSetting(rules.get(rule), setting));
  const inBoth = flat.settings.flatMap((key) => conflicts(key, yaml.policy.rules.get(key.rule)));
  return {
    policy: { ...yaml.policy, rules, enforcement: flat.enforcement },
    mistakes: [...mistakes, ...flat.mistakes, ...yaml.mistakes, ...inBoth],
  };
}

/** Settings that are both in a flat key and in policy.yaml. */
function conflicts({ setting, value }: FlatSetting, inYaml: RuleSetting | undefined): readonly Mistake[] {
  if (inYaml === undefined) return [];
  const { action, actionSource, options, sources } = inYaml;
  const actions = setting.action === undefined || action === undefined ? [] : [conflict(value, actionSource!, action)];
  const both = Object.keys(setting.options ?? {}).filter((option) => Object.hasOwn(options, option));
  return [...actions, ...both.map((option) => conflict(value, sources[option]!, options[option]))];
}

function conflict({ text, source }: ConfigValue, other: Location, inYaml: unknown): Mistake {
  return {
    code: 'policy-key-conflict',
    source,
    other,
    expected: 'it to be set in one of the two',
    found: `${shown(text)} and ${shown(inYaml)}`,
    remedy: 'Remove the one or the other, even if they say the same: the next change would be made in one of them.',
  };
}
