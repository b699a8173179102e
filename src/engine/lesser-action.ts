import type { EnforcementAction } from './policy.ts';

const BY_STRICTNESS: readonly EnforcementAction[] = ['off', 'audit', 'warn', 'deny'];

/** The one of two that does less. */
export function lesserAction(a: EnforcementAction, b: EnforcementAction): EnforcementAction {
  return BY_STRICTNESS.indexOf(a) < BY_STRICTNESS.indexOf(b) ? a : b;
}
