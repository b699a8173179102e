import { laidOver } from '../engine/settings-by-selection.ts';
import type { RuleSetting } from '../engine/policy.ts';
import { type Mistake, shown } from '../mistake/mistake.ts';
import type { WrittenValue } from './flat-keys.ts';

/** What a flat key says about its rule. */
export interface FlatSetting {
  readonly rule: string;
  readonly setting: Partial<RuleSetting>;
  readonly written: WrittenValue;
}

interface MergedRules {
  readonly rules: ReadonlyMap<string, RuleSetting>;
  /** Whatever stands in a flat key and in policy.yaml. */
  readonly mistakes: readonly Mistake[];
}

/** Rules as flat keys and policy.yaml set them together. Of flat keys that set the same, the last one wins. */
export function mergedRules(flat: readonly FlatSetting[], inYaml: ReadonlyMap<string, RuleSetting>): MergedRules {
  const rules = new Map(inYaml);
  for (const { rule, setting } of flat) rules.set(rule, laidOver(rules.get(rule), setting));
  return { rules, mistakes: flat.flatMap((key) => conflicts(key, inYaml.get(key.rule))) };
}

function conflicts({ setting, written }: FlatSetting, inYaml: RuleSetting | undefined): readonly Mistake[] {
  if (inYaml === undefined) return [];
  const { action, actionSource = '', options, sources } = inYaml;
  const actions = setting.action === undefined || action === undefined ? [] : [conflict(written, actionSource, action)];
  const both = Object.keys(setting.options ?? {}).filter((option) => Object.hasOwn(options, option));
  return [...actions, ...both.map((option) => conflict(written, sources[option] ?? '', options[option]))];
}

function conflict({ text, where }: WrittenValue, whereInYaml: string, value: unknown): Mistake {
  return {
    code: 'policy-key-conflict',
    where: `${where} and ${whereInYaml}`,
    expected: 'it to be set in one of the two',
    found: `${shown(text)} and ${shown(value)}`,
    remedy: 'Remove the one or the other, even if they say the same: the next change would be made in one of them.',
  };
}
