import { type Mistake, type Remedy, shown, type Source } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { type AnyRule, DEFAULT_ACTIONS, type RuleMeta } from '../rule/rule.ts';
import type { RuleFile } from './rule-files.ts';

/** The rule's name becomes a key of audit annotations, which have at most 63 characters. */
const NAME = /^(?=.{1,63}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
/** The engine's own rule. */
const RESERVED = 'valid-reference';

const RULE_KEYS = ['meta', 'prepare', 'check'] as const satisfies readonly (keyof AnyRule)[];
const META_KEYS = ['name', 'description', 'action', 'schema'] satisfies (keyof RuleMeta)[];
/** Keys allowed only in the `meta` of a built-in rule. */
const BUILT_IN_KEYS = ['order', 'keys'] satisfies (keyof RuleMeta)[];

/** A mistake without its code and source. */
type Objection = Omit<Mistake, 'code' | 'source'>;

/** The source of mistakes in a rule file. */
export function sourceOf({ path, configMap }: RuleFile): Source {
  return { name: path, ...(configMap !== undefined && { configMap }) };
}

/** The mistakes in the default export of a rule file. */
export function ruleMistakes(exported: unknown, file: RuleFile, isBuiltIn = false): readonly Mistake[] {
  const objections = isObject(exported)
    ? ruleObjections(exported, file.name, isBuiltIn)
    : unless(false, 'default export', 'a rule: an object with meta and check', exported, NO_RULE);
  return objections.map((objection) => ({ code: 'rule-file-invalid', source: sourceOf(file), ...objection }));
}

const NO_RULE = 'Write `export default defineRule({ ... })`.';
const NO_META = 'Say what the rule is called and what it does.';
const NO_CHECK = 'Write `check(image, options, context) { ... }`, which returns violations.';
const NO_PREPARE = 'Leave it away if there is nothing to prepare.';
const NO_REWRITE = 'A rule of your own can only judge: say in a remedy what to write.';
const NO_ACTION = 'Leave it away, and the rule denies where the operator says nothing.';

/** An objection, unless the condition holds. */
function unless(
  holds: boolean,
  place: string,
  expected: string,
  found: unknown,
  remedy: string | Remedy,
): readonly Objection[] {
  if (holds) return [];
  return [{ place, expected, found: shown(found), ...(typeof remedy === 'string' ? { remedy } : remedy) }];
}

function ruleObjections(rule: Fields, fileName: string, isBuiltIn: boolean): readonly Objection[] {
  const { rewrite, ...others } = rule;
  const { meta, check, prepare } = others;
  const metaKeys = isBuiltIn ? [...META_KEYS, ...BUILT_IN_KEYS] : META_KEYS;
  return [
    ...unknownKeys(others, 'a rule', RULE_KEYS),
    ...(isObject(meta)
      ? metaObjections(meta, fileName, metaKeys)
      : unless(false, 'meta', 'an object with name and description', meta, NO_META)),
    ...unless(isFunction(check), 'check', 'a function', check, NO_CHECK),
    ...unless(rewrite === undefined || (isBuiltIn && isFunction(rewrite)), 'rewrite', 'none', rewrite, NO_REWRITE),
    ...unless(prepare === undefined || isFunction(prepare), 'prepare', 'a function, or none', prepare, NO_PREPARE),
  ];
}

function metaObjections(meta: Fields, fileName: string, metaKeys: readonly string[]): readonly Objection[] {
  const { name, description, action, schema } = meta;
  const isName = NAME.test(fileName) && fileName !== RESERVED;
  const nameForm = `kebab-case of at most 63 characters, and not ${RESERVED}, which is the engine's own`;
  const isAction = action === undefined || DEFAULT_ACTIONS.some((known) => known === action);
  const actions = `one of ${DEFAULT_ACTIONS.join(', ')}, or none`;
  const noAction = typeof action === 'string' ? nearestName(action, DEFAULT_ACTIONS) : NO_ACTION;
  const isSchema = schema === undefined || (isObject(schema) && schema['type'] === 'object');
  const noSchema = 'Leave it away if the rule takes no options.';
  const fileForm = `${shown(fileName)}, the name of the file`;
  return [
    ...unknownKeys(meta, 'meta', metaKeys),
    ...unless(name === fileName, 'meta.name', fileForm, name, 'Rename the one or the other.'),
    ...unless(isName, 'file name', nameForm, fileName, 'Rename the file and the rule.'),
    ...unless(isText(description), 'meta.description', 'a sentence', description, 'Say what the rule does.'),
    ...unless(isAction, 'meta.action', actions, action, noAction),
    ...unless(isSchema, 'meta.schema', 'the JSON Schema of an object, or none', schema, noSchema),
    ...(isObject(schema) ? schemaObjections(schema) : []),
  ];
}

/** A misspelt key would be ignored silently. */
function unknownKeys(written: Fields, whose: 'a rule' | 'meta', known: readonly string[]): readonly Objection[] {
  return Object.keys(written).flatMap((key) => {
    const place = whose === 'meta' ? `meta.${key}` : key;
    return unless(known.includes(key), place, `a key that ${whose} has`, written[key], nearestName(key, known));
  });
}

/** What the types of `defineRule` require, for rules in JavaScript; Ajv checks the rest. */
function schemaObjections({ additionalProperties, properties, $async: isAsync }: Fields): readonly Objection[] {
  const open = 'Without it an option with a misspelt name would be passed over.';
  const options = isObject(properties) ? Object.entries(properties) : [];
  return [
    ...unless(additionalProperties === false, 'meta.schema.additionalProperties', 'false', additionalProperties, open),
    // With `$async` Ajv returns a promise, which is truthy even for invalid options.
    ...unless(
      isAsync === undefined,
      'meta.schema.$async',
      'no such keyword',
      isAsync,
      'Leave it away: options are judged at once.',
    ),
    ...options.flatMap(([name, option]) => {
      const description = isObject(option) ? option['description'] : undefined;
      const place = `meta.schema.properties.${name}.description`;
      return unless(isText(description), place, 'a sentence', description, 'Say what the option does.');
    }),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The mistake of a rule whose name is taken. */
export function nameTaken(name: string, source: Source, takenBy: string): Mistake {
  return {
    code: 'rule-name-taken',
    source,
    expected: 'a name that no other rule has',
    found: `${shown(name)}, which is the rule of ${takenBy}`,
    remedy: 'Give the rule another name, and the file with it.',
  };
}
