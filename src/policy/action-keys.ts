import { type ActiveAction, VALID_REFERENCE } from '../engine/policy.ts';
import { type Mistake, shown } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { ENFORCEMENT_ACTIONS, type EnforcementAction } from '../rule/rule.ts';
import type { FlatKey, WrittenValue } from './flat-keys.ts';

/** The key that puts the whole gate into rehearsal. */
export const ENFORCEMENT = 'ENFORCEMENT';

/** What the keys that are made of rules' names begin with. */
export const RULE_PREFIX = 'RULE_';

const ACTIVE_ACTIONS: readonly ActiveAction[] = ['deny', 'warn', 'audit'];

/** Why the engine's own rule takes no `off`. */
export const NEVER_OFF =
  'What cannot be read no other rule can judge, so valid-reference is never off; under audit it stops nobody.';

/** What a rule may do. */
export function actionsOf(rule: string): readonly EnforcementAction[] {
  return rule === VALID_REFERENCE ? ACTIVE_ACTIONS : ENFORCEMENT_ACTIONS;
}

const RULE_KEY = /^RULE_[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

/** The key of a rule's action: `RULE_BLOCKED_TAGS` for blocked-tags. */
export function ruleActionKeyName(rule: string): string {
  return `${RULE_PREFIX}${rule.toUpperCase().replaceAll('-', '_')}`;
}

/** The key of the action of a rule, whoever may have that rule; `undefined` for a name that is no such key. */
export function ruleActionKey(name: string): FlatKey | undefined {
  if (!RULE_KEY.test(name)) return undefined;
  const rule = name.slice(RULE_PREFIX.length).toLowerCase().replaceAll('_', '-');
  const actions = actionsOf(rule);
  return {
    rule,
    read: (value) => {
      const action = actionIn(value, actions);
      if (action !== undefined) return { setting: { action, actionSource: value.where } };
      return { mistake: actionMistake(value, actions, value.text.trim() === 'off' ? NEVER_OFF : undefined) };
    },
  };
}

/** What ENFORCEMENT says, or what is wrong with it. */
export function readEnforcement(
  value: WrittenValue,
): { readonly enforcement: ActiveAction } | { readonly mistake: Mistake } {
  const enforcement = actionIn(value, ACTIVE_ACTIONS);
  if (enforcement !== undefined) return { enforcement };
  const remedy = 'It cannot be off: audit already stops nobody, and tells what would have been.';
  return { mistake: actionMistake(value, ACTIVE_ACTIONS, value.text.trim() === 'off' ? remedy : undefined) };
}

function actionIn<Action extends EnforcementAction>(
  { text }: WrittenValue,
  actions: readonly Action[],
): Action | undefined {
  return actions.find((action) => action === text.trim());
}

function actionMistake(
  { text, where }: WrittenValue,
  actions: readonly EnforcementAction[],
  remedy = nearestName(text.trim(), actions),
): Mistake {
  return { code: 'policy-action-invalid', where, expected: `one of ${actions.join(', ')}`, found: shown(text), remedy };
}
