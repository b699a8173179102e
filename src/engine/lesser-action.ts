import type { EnforcementAction } from '../rule/enforcement-action.ts';

const BY_STRICTNESS: readonly EnforcementAction[] = ['off', 'audit', 'warn', 'deny'];

/** The one of two that does less. */
export function lesserAction(a: EnforcementAction, b: EnforcementAction): EnforcementAction {
  return compareActions(a, b) < 0 ? a : b;
}

/** Below zero if the first one does less. */
export function compareActions(a: EnforcementAction, b: EnforcementAction): number {
  return BY_STRICTNESS.indexOf(a) - BY_STRICTNESS.indexOf(b);
}
