import type { Policy, RuleSetting } from './policy.ts';

/** Settings by the rule's name. A rule that nothing was written about has none. */
export type RuleSettings = ReadonlyMap<string, RuleSetting>;

/**
 * The settings that hold everywhere, then those of each namespace override: the ones of everywhere, with what the override
 * writes laid over, action by action and option by option.
 */
export function settingsBySelection({ rules, namespaces }: Policy): readonly RuleSettings[] {
  return [rules, ...namespaces.map((override) => allLaidOver(rules, override.rules))];
}

function allLaidOver(settings: RuleSettings, override: RuleSettings): RuleSettings {
  const merged = new Map(settings);
  for (const [name, setting] of override) merged.set(name, laidOver(settings.get(name), setting));
  return merged;
}

/** A setting of a rule with another one laid over: its action where it has one, and its options one by one. */
export function laidOver(below: RuleSetting | undefined, over: Partial<RuleSetting>): RuleSetting {
  const { options = {}, sources = {}, ...rest } = below ?? {};
  return { ...rest, ...over, options: { ...options, ...over.options }, sources: { ...sources, ...over.sources } };
}
