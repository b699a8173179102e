import type { RuleSetting } from './policy.ts';

/** A setting of a rule with another one laid over: its action where it has one, and its options one by one. */
export function laidOver(below: RuleSetting | undefined, over: Partial<RuleSetting>): RuleSetting {
  const { options = {}, sources = {}, ...rest } = below ?? {};
  return { ...rest, ...over, options: { ...options, ...over.options }, sources: { ...sources, ...over.sources } };
}
