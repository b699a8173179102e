import { DEFAULT_POLICY, laidOver, type RuleSetting } from '../engine/policy.ts';
import { type Location, type Mistake, shown } from '../mistake/mistake.ts';
import type { AnyRule } from '../rule/rule.ts';
import { type Environment, flatKeys, POLICY_YAML, type WrittenValue } from './flat-keys.ts';
import { flatPolicy, type FlatSetting } from './flat-policy.ts';
import type { PolicyFolder } from './policy-folder.ts';
import { type LoadedPolicy, readPolicyYaml } from './policy-yaml.ts';

/**
 * What the operator decided about images: keys of the environment and of the policy folder, `policy.yaml` among these.
 * What neither says is left to the defaults in the rules' schemas. It never throws: a policy with mistakes is for
 * `loadRuleset` to refuse.
 */
export function loadPolicy(
  environment: Environment,
  { keys, mistakes }: PolicyFolder,
  builtIn: readonly AnyRule[],
): LoadedPolicy {
  const flat = flatPolicy(environment, keys, flatKeys(builtIn));
  const file = keys.get(POLICY_YAML);
  const yaml = file === undefined ? { policy: DEFAULT_POLICY, mistakes: [] } : readPolicyYaml(file);
  // Of flat keys that set the same, the last one wins.
  const rules = new Map(yaml.policy.rules);
  for (const { rule, setting } of flat.settings) rules.set(rule, laidOver(rules.get(rule), setting));
  const inBoth = flat.settings.flatMap((key) => conflicts(key, yaml.policy.rules.get(key.rule)));
  return {
    policy: { ...yaml.policy, rules, enforcement: flat.enforcement },
    mistakes: [...mistakes, ...flat.mistakes, ...yaml.mistakes, ...inBoth],
  };
}

/** Whatever stands in a flat key and in policy.yaml. */
function conflicts({ setting, written }: FlatSetting, inYaml: RuleSetting | undefined): readonly Mistake[] {
  if (inYaml === undefined) return [];
  const { action, actionSource, options, sources } = inYaml;
  const actions =
    setting.action === undefined || action === undefined ? [] : [conflict(written, actionSource!, action)];
  const both = Object.keys(setting.options ?? {}).filter((option) => Object.hasOwn(options, option));
  return [...actions, ...both.map((option) => conflict(written, sources[option]!, options[option]))];
}

function conflict({ text, source }: WrittenValue, other: Location, value: unknown): Mistake {
  return {
    code: 'policy-key-conflict',
    source,
    other,
    expected: 'it to be set in one of the two',
    found: `${shown(text)} and ${shown(value)}`,
    remedy: 'Remove the one or the other, even if they say the same: the next change would be made in one of them.',
  };
}
