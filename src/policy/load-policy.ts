import { isList, mergeEntry } from '../engine/layers.ts';
import { DEFAULT_POLICY, type RuleEntry, type RuleSetting } from '../engine/policy.ts';
import { type Location, type Mistake, shown } from '../mistake/mistake.ts';
import type { AnyRule } from '../rule/rule.ts';
import { type Environment, flatKeys, POLICY_YAML, type ConfigValue } from './flat-keys.ts';
import { flatPolicy, type FlatSetting, howToRemove } from './flat-policy.ts';
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
  const yaml: LoadedPolicy = file === undefined ? { policy: DEFAULT_POLICY, mistakes: [] } : readPolicyYaml(file);
  // Of flat keys for the same setting, the last one wins.
  const rules = new Map(yaml.policy.rules);
  for (const { rule, setting } of flat.settings) rules.set(rule, mergeEntry(rules.get(rule), setting));
  const inBoth = flat.settings.flatMap((key) => conflicts(key, yaml.policy.rules.get(key.rule)));
  return {
    policy: { ...yaml.policy, rules, enforcement: flat.enforcement },
    mistakes: [...mistakes, ...flat.mistakes, ...yaml.mistakes, ...inBoth],
    ...(yaml.newer && { newer: yaml.newer }),
  };
}

/** What is both in a flat key and in policy.yaml; a list has all options of its rule. */
function conflicts({ setting, value }: FlatSetting, inYaml: RuleEntry | undefined): readonly Mistake[] {
  if (inYaml === undefined) return [];
  const options = Object.keys(setting.options ?? {});
  if (isList(inYaml) && options.length > 0) {
    return [conflict(value, inYaml[0]?.source ?? value, 'a list of settings')];
  }
  return [inYaml].flat().flatMap((entry) => conflictsWith(setting, value, entry));
}

function conflictsWith(
  { action: flatAction, options: flatOptions = {} }: FlatSetting['setting'],
  value: ConfigValue,
  { action, actionSource, options, sources }: RuleSetting,
): readonly Mistake[] {
  const actions = flatAction && action ? [conflict(value, actionSource!, shown(action))] : [];
  const both = Object.keys(flatOptions).filter((option) => Object.hasOwn(options, option));
  return [...actions, ...both.map((option) => conflict(value, sources[option]!, shown(options[option])))];
}

function conflict({ text, source }: ConfigValue, other: Location, inYaml: string): Mistake {
  return {
    code: 'policy-key-conflict',
    source,
    other,
    expected: 'it to be set in one of the two',
    found: `${shown(text)} and ${inYaml}`,
    remedy: `Keep one, even if they say the same: the next change would be made in one of them. ${howToRemove(source)}`,
  };
}
