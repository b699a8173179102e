/** What can happen on a violation: from the strictest on. */
export const ENFORCEMENT_ACTIONS = ['deny', 'warn', 'audit', 'off'] as const;

/** What happens on a violation: the operator's choice, and where nothing was chosen, the rule's own. */
export type EnforcementAction = (typeof ENFORCEMENT_ACTIONS)[number];
