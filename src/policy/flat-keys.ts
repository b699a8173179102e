import { type AnyRule, DEFAULT_ACTIONS, ENFORCEMENT_ACTIONS, type EnforcementAction } from '../rule/rule.ts';
import { type ActiveAction, REWRITING, type RuleSetting, VALID_REFERENCE } from '../engine/policy.ts';
import { type Mistake, shown, type Source } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The one key that is not flat, and the name of its file. */
export const POLICY_YAML = 'policy.yaml';

/** A config value and its source. */
export interface ConfigValue {
  readonly text: string;
  readonly source: Source;
}

interface Mistaken {
  readonly mistake: Mistake;
}

/** The setting that a key makes, or its mistake. */
export type KeyReading = { readonly setting: Partial<RuleSetting> } | Mistaken;

/** A key of the policy with a plain text value: an environment variable, or a file of the policy folder. */
export interface FlatKey {
  readonly rule: string;
  readonly read: (value: ConfigValue) => KeyReading;
}

export type FlatKeys = ReadonlyMap<string, FlatKey>;

/** The keys that built-in rules declare in their `meta`; other keys follow from rule names: `ruleActionKey`. */
export function flatKeys(builtIn: readonly AnyRule[]): FlatKeys {
  const entries = builtIn.flatMap(({ meta: { name: rule, keys = {}, schema } }) =>
    Object.entries(keys).map(([key, sets]): [string, FlatKey] => {
      const { type, default: byDefault } = schema?.properties[sets] ?? {};
      if (sets === 'action') return [key, { rule, read: readSwitch }];
      return [key, { rule, read: type === 'boolean' ? readBoolean(sets) : readList(sets, [byDefault].flat().join()) }];
    }),
  );
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Entries are separated by `,`, `;` or `|`, and trimmed. */
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

/** Entries on lines of their own, say. The rule would report invalid characters, not the missing comma. */
function unseparatedMistake(entry: string, source: Source): Mistake {
  return {
    code: 'policy-list-unseparated',
    source,
    expected: 'entries with a comma, a semicolon or a bar between them',
    found: shown(entry),
    remedy: `Write ${shown(entry.split(/\s+/).join(','))}.`,
  };
}

function readSwitch(value: ConfigValue): KeyReading {
  const reading = booleanIn(value);
  if ('mistake' in reading) return reading;
  return { setting: { action: reading.isTrue ? 'deny' : 'off', actionSource: { source: value.source } } };
}

function readBoolean(option: string): FlatKey['read'] {
  return (value) => {
    const reading = booleanIn(value);
    if ('mistake' in reading) return reading;
    return { setting: { options: { [option]: reading.isTrue }, sources: { [option]: { source: value.source } } } };
  };
}

function booleanIn({ text, source }: ConfigValue): { readonly isTrue: boolean } | Mistaken {
  const word = text.trim();
  if (word === 'true' || word === 'false') return { isTrue: word === 'true' };
  const remedy = 'Write it in lower case; in a manifest, quote it, since a ConfigMap holds text.';
  return { mistake: { code: 'policy-boolean-invalid', source, expected: 'true or false', found: shown(text), remedy } };
}

/** The key that limits the action of all rules. */
export const ENFORCEMENT = 'ENFORCEMENT';

export const RULE_PREFIX = 'RULE_';

const ACTIVE_ACTIONS: readonly ActiveAction[] = ['deny', 'warn', 'audit'];

/** Why an action that exists is none of those that are possible in its place. */
export const UNFIT: Readonly<Record<string, string>> = {
  off: 'What cannot be read no other rule can judge, so valid-reference is never off; under audit it stops nobody.',
  rewrite: `Only ${REWRITING.join(' and ')} can rewrite; any other rule judges.`,
};

export function actionsOf(rule: string): readonly EnforcementAction[] {
  if (rule === VALID_REFERENCE) return ACTIVE_ACTIONS;
  return REWRITING.includes(rule) ? ENFORCEMENT_ACTIONS : DEFAULT_ACTIONS;
}

const RULE_KEY = /^RULE_[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

/** The key of a rule's action: `RULE_BLOCKED_TAGS` for blocked-tags. */
export function ruleActionKeyName(rule: string): string {
  return `${RULE_PREFIX}${rule.toUpperCase().replaceAll('-', '_')}`;
}

/** The key of a rule's action, whether or not the rule exists; `undefined` if the name is no such key. */
export function ruleActionKey(name: string): FlatKey | undefined {
  if (!RULE_KEY.test(name)) return undefined;
  const rule = name.slice(RULE_PREFIX.length).toLowerCase().replaceAll('_', '-');
  const actions = actionsOf(rule);
  return {
    rule,
    read: (value) => {
      const reading = readAction(value, actions, UNFIT);
      return 'mistake' in reading ? reading : { setting: { ...reading, actionSource: { source: value.source } } };
    },
  };
}

/** Parses ENFORCEMENT. */
export function readEnforcement(value: ConfigValue): { readonly enforcement: ActiveAction } | Mistaken {
  const unfit = {
    off: 'It cannot be off: audit already stops nobody, and tells what would have been.',
    rewrite: 'Write deny, under which rules that rewrite do so.',
  };
  const reading = readAction(value, ACTIVE_ACTIONS, unfit);
  return 'mistake' in reading ? reading : { enforcement: reading.action };
}

/** @param unfit remedies for actions that are not possible here */
function readAction<Action extends EnforcementAction>(
  { text, source }: ConfigValue,
  actions: readonly Action[],
  unfit: Readonly<Record<string, string>>,
): { readonly action: Action } | Mistaken {
  const word = text.trim();
  const action = actions.find((known) => known === word);
  if (action !== undefined) return { action };
  const remedy = Object.hasOwn(unfit, word) ? { remedy: unfit[word]! } : nearestName(word, actions);
  const expected = `one of ${actions.join(', ')}`;
  return { mistake: { code: 'policy-action-invalid', source, expected, found: shown(text), ...remedy } };
}
