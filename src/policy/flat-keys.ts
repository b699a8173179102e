import { type AnyRule, ENFORCEMENT_ACTIONS, type EnforcementAction } from '../rule/rule.ts';
import { type ActiveAction, type RuleSetting, VALID_REFERENCE } from '../engine/policy.ts';
import { type Mistake, shown, type Source } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The key, and the name of its file, that is no flat one. */
export const POLICY_YAML = 'policy.yaml';

/** A value that the operator wrote, and where. */
export interface WrittenValue {
  readonly text: string;
  readonly source: Source;
}

/** What a key says about its rule, or what is wrong with it. */
export type KeyReading = { readonly setting: Partial<RuleSetting> } | { readonly mistake: Mistake };

/** A key of the policy that is one text, in the environment or as a file of the policy folder. */
export interface FlatKey {
  readonly rule: string;
  readonly read: (value: WrittenValue) => KeyReading;
}

/** By name. */
export type FlatKeys = ReadonlyMap<string, FlatKey>;

/** The keys that built-in rules name in their `meta`; the others are made of the rules' names: `ruleActionKey`. */
export function flatKeys(builtIn: readonly AnyRule[]): FlatKeys {
  const entries = builtIn.flatMap(({ meta: { name: rule, keys = {}, schema } }) =>
    Object.entries(keys).map(([key, sets]): [string, FlatKey] => {
      const example = [schema?.properties[sets]?.default].flat().join();
      return [key, { rule, read: sets === 'action' ? readSwitch : readList(sets, example) }];
    }),
  );
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The entries of a list: between `,`, `;` or `|`, without the blanks around them. */
function readList(option: string, example: string): FlatKey['read'] {
  return ({ text, source }) => {
    const entries = text.split(/[,;|]/).map((entry) => entry.trim());
    const unseparated = entries.find((entry) => /\s/.test(entry));
    if (unseparated !== undefined) return { mistake: unseparatedMistake(unseparated, source) };
    if (entries.some((entry) => entry !== ''))
      return { setting: { options: { [option]: entries }, sources: { [option]: { source } } } };
    const expected = `a list, such as ${example}`;
    const remedy = 'Name at least one, or remove the key for the default; an empty list never means "all".';
    return { mistake: { code: 'policy-list-empty', source, expected, found: shown(text), remedy } };
  };
}

/** One entry a line, say. The rule would tell of characters that no name has, and not of the comma that is missing. */
function unseparatedMistake(entry: string, source: Source): Mistake {
  return {
    code: 'policy-list-unseparated',
    source,
    expected: 'entries with a comma, a semicolon or a bar between them',
    found: shown(entry),
    remedy: `Write ${shown(entry.split(/\s+/).join(','))}.`,
  };
}

function readSwitch({ text, source }: WrittenValue): KeyReading {
  const word = text.trim();
  if (word === 'true') return { setting: { action: 'deny', actionSource: { source } } };
  if (word === 'false') return { setting: { action: 'off', actionSource: { source } } };
  const remedy = 'Write it in lower case; in a manifest, quote it, since a ConfigMap holds text.';
  return { mistake: { code: 'policy-boolean-invalid', source, expected: 'true or false', found: shown(text), remedy } };
}

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
