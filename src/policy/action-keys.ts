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
      const reading = readAction(value, actions, NEVER_OFF);
      return 'mistake' in reading ? reading : { setting: { ...reading, actionSource: { source: value.source } } };
    },
  };
}

/** What ENFORCEMENT says, or what is wrong with it. */
export function readEnforcement(value: WrittenValue): { readonly enforcement: ActiveAction } | Mistaken {
  const remedy = 'It cannot be off: audit already stops nobody, and tells what would have been.';
  const reading = readAction(value, ACTIVE_ACTIONS, remedy);
  return 'mistake' in reading ? reading : { enforcement: reading.action };
}

interface Mistaken {
  readonly mistake: Mistake;
}

/** @param neverOff what to do where it is `off`, and that is no action here */
function readAction<Action extends EnforcementAction>(
  { text, source }: WrittenValue,
  actions: readonly Action[],
  neverOff: string,
): { readonly action: Action } | Mistaken {
  const word = text.trim();
  const action = actions.find((known) => known === word);
  if (action !== undefined) return { action };
  const remedy = word === 'off' ? { remedy: neverOff } : nearestName(word, actions);
  const expected = `one of ${actions.join(', ')}`;
  return { mistake: { code: 'policy-action-invalid', source, expected, found: shown(text), ...remedy } };
}
