import { DEFAULT_POLICY, type RuleSetting } from '../src/engine/policy.ts';
import { createRuleset, type Ruleset } from '../src/engine/ruleset.ts';
import { loadRules } from '../src/rule/load-rules.ts';
import type { AnyRule } from '../src/rule/rule.ts';

/** The built-in rules. */
export const BUILT_IN = await loadRules([new URL('../rules', import.meta.url).pathname]);

/** The built-in rules under these settings, the defaults for the rest, and more rules if any are given. */
export function rulesetOf(
  settings: Readonly<Record<string, Partial<RuleSetting>>> = {},
  more: readonly AnyRule[] = [],
): Ruleset {
  const rules = Object.entries(settings).map(
    ([name, setting]) => [name, { action: 'deny', options: {}, sources: {}, ...setting }] as const,
  );
  return createRuleset([...BUILT_IN, ...more], undefined, { ...DEFAULT_POLICY, rules: new Map(rules) });
}
