import type { Exemption } from '../src/engine/policy.ts';

/** An exemption that never ends and covers all, but for these parts. */
export function exemptionOf(parts: Partial<Exemption> = {}): Exemption {
  return { name: 'legacy', reason: 'It was there before.', owner: 'team-a', expires: Infinity, ...parts };
}
