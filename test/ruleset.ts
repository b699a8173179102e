import {
  type CustomRule,
  DEFAULT_POLICY,
  type Policy,
  type RuleEntries,
  type RuleSetting,
} from '../src/engine/policy.ts';
import { createRuleset, type Ruleset } from '../src/engine/ruleset.ts';
import { loadRules } from '../src/rule-file/load-rules.ts';
import type { AnyRule } from '../src/rule/rule.ts';

/** The built-in rules. */
export const BUILT_IN = await loadRules(new URL('../rules', import.meta.url).pathname);

/** The built-in rules under these settings, the defaults for the rest, and more rules if any are given. */
export function rulesetOf(
  settings: Readonly<Record<string, Partial<RuleSetting>>> = {},
  more: readonly AnyRule[] = [],
): Ruleset {
  const rules = Object.entries(settings).map(
    ([name, setting]) => [name, { action: 'deny', options: {}, sources: {}, ...setting }] as const,
  );
  return createRuleset([...BUILT_IN, ...more], [], { ...DEFAULT_POLICY, rules: new Map(rules) });
}

/** The built-in rules, and custom ones if any are given, under a policy of which only these parts are written. */
export function rulesetUnder(policy: Partial<Policy>, custom: readonly CustomRule[] = []): Ruleset {
  return createRuleset(BUILT_IN, custom, { ...DEFAULT_POLICY, ...policy });
}

/** Settings as the policy holds them, from what differs from nothing. */
export function settingsOf(settings: Readonly<Record<string, Partial<RuleSetting>>>): ReadonlyMap<string, RuleSetting> {
  return new Map(Object.entries(settings).map(([name, setting]) => [name, { options: {}, sources: {}, ...setting }]));
}

/** The same, where a rule may have a list of settings. */
export function entriesOf(
  entries: Readonly<Record<string, Partial<RuleSetting> | readonly Partial<RuleSetting>[]>>,
): RuleEntries {
  const whole = (setting: Partial<RuleSetting>): RuleSetting => ({ options: {}, sources: {}, ...setting });
  return new Map(
    Object.entries(entries).map(([name, entry]) => [name, 'map' in entry ? entry.map(whole) : whole(entry)]),
  );
}
