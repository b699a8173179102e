import type { Ruleset } from '../engine/ruleset.ts';

/** The one thing that requests share: the ruleset of the moment, which a reload replaces as a whole. */
export interface RulesetInUse {
  current(): Ruleset;
  /** Why what is written now is not in use; `undefined` if it is. */
  problem(): string | undefined;
}
