import { type Mistake, type Remedy, shown, type Source } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { type AnyRule, ENFORCEMENT_ACTIONS, type RuleMeta } from '../rule/rule.ts';
import type { RuleFile } from './rule-files.ts';

/** A key of an audit annotation, which the rule's name becomes, has at most 63 characters. */
const NAME = /^(?=.{1,63}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
/** The engine's own rule. */
const RESERVED = 'valid-reference';

const RULE_KEYS = ['meta', 'prepare', 'check'] as const satisfies readonly (keyof AnyRule)[];
const META_KEYS = ['name', 'description', 'action', 'schema'] satisfies (keyof RuleMeta)[];
/** What only the `meta` of a built-in rule has. */
const BUILT_IN_KEYS = ['order', 'keys'] satisfies (keyof RuleMeta)[];

interface Expectation extends Remedy {
  readonly part: string;
  readonly expected: string;
  readonly found: unknown;
  readonly holds: boolean;
}

/** The file of a rule, for what is wrong with it. */
export function sourceOf({ path, configMap }: RuleFile): Source {
  return { name: path, ...(configMap !== undefined && { configMap }) };
}

/** All that keeps the default export of a file from being a rule; empty if nothing does. */
export function ruleMistakes(exported: unknown, file: RuleFile, isBuiltIn = false): readonly Mistake[] {
  return expectations(exported, file.name, isBuiltIn ? [...META_KEYS, ...BUILT_IN_KEYS] : META_KEYS)
    .filter(({ holds }) => !holds)
    .map(({ part, expected, found, remedy, guess }) => ({
      code: 'rule-file-invalid',
      source: sourceOf(file),
      place: part,
      expected,
      found: shown(found),
      remedy,
      ...(guess !== undefined && { guess }),
    }));
}

function expectations(exported: unknown, fileName: string, metaKeys: readonly string[]): readonly Expectation[] {
  if (!isObject(exported)) {
    const remedy = 'Write `export default defineRule({ ... })`.';
    return [
      {
        part: 'default export',
        expected: 'a rule: an object with meta and check',
        found: exported,
        holds: false,
        remedy,
      },
    ];
  }
  const { meta, check, prepare } = exported;
  return [
    ...unknownKeys(exported, 'a rule', RULE_KEYS),
    ...(isObject(meta) ? metaExpectations(meta, fileName, metaKeys) : [metaExpectation(meta)]),
    {
      part: 'check',
      expected: 'a function',
      found: check,
      holds: typeof check === 'function',
      remedy: 'Write `check(image, options, context) { ... }`, which returns violations.',
    },
    {
      part: 'prepare',
      expected: 'a function, or none',
      found: prepare,
      holds: prepare === undefined || typeof prepare === 'function',
      remedy: 'Leave it away if there is nothing to prepare.',
    },
  ];
}

function metaExpectation(meta: unknown): Expectation {
  const remedy = 'Say what the rule is called and what it does.';
  return { part: 'meta', expected: 'an object with name and description', found: meta, holds: false, remedy };
}

function metaExpectations(
  meta: Readonly<Record<string, unknown>>,
  fileName: string,
  metaKeys: readonly string[],
): readonly Expectation[] {
  const { name, description, action, schema } = meta;
  return [
    ...unknownKeys(meta, 'meta', metaKeys),
    {
      part: 'meta.name',
      expected: `${shown(fileName)}, the name of the file`,
      found: name,
      holds: name === fileName,
      remedy: 'Rename the one or the other.',
    },
    {
      part: 'file name',
      expected: `kebab-case of at most 63 characters, and not ${RESERVED}, which is the engine's own`,
      found: fileName,
      holds: NAME.test(fileName) && fileName !== RESERVED,
      remedy: 'Rename the file and the rule.',
    },
    {
      part: 'meta.description',
      expected: 'a sentence',
      found: description,
      holds: typeof description === 'string' && description !== '',
      remedy: 'Say what the rule does.',
    },
    actionExpectation(action),
    {
      part: 'meta.schema',
      expected: 'the JSON Schema of an object, or none',
      found: schema,
      holds: schema === undefined || (isObject(schema) && schema['type'] === 'object'),
      remedy: 'Leave it away if the rule takes no options.',
    },
    ...(isObject(schema) ? schemaExpectations(schema) : []),
  ];
}

/** What a misspelt key says would be passed over, and nobody would know. */
function unknownKeys(
  written: Readonly<Record<string, unknown>>,
  whose: 'a rule' | 'meta',
  known: readonly string[],
): readonly Expectation[] {
  return Object.keys(written)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      part: whose === 'meta' ? `meta.${key}` : key,
      expected: `a key that ${whose} has`,
      found: written[key],
      holds: false,
      ...nearestName(key, known),
    }));
}

function actionExpectation(action: unknown): Expectation {
  return {
    part: 'meta.action',
    expected: `one of ${ENFORCEMENT_ACTIONS.join(', ')}, or none`,
    found: action,
    holds: action === undefined || ENFORCEMENT_ACTIONS.some((known) => known === action),
    ...(typeof action === 'string'
      ? nearestName(action, ENFORCEMENT_ACTIONS)
      : { remedy: 'Leave it away, and the rule denies where the operator says nothing.' }),
  };
}

/** What the types of `defineRule` ask for, for those who write JavaScript; the engine has Ajv judge the rest. */
function schemaExpectations(schema: Readonly<Record<string, unknown>>): readonly Expectation[] {
  const { additionalProperties, properties, $async: isAsync } = schema;
  const options = isObject(properties) ? Object.entries(properties) : [];
  return [
    {
      part: 'meta.schema.additionalProperties',
      expected: 'false',
      found: additionalProperties,
      holds: additionalProperties === false,
      remedy: 'Without it an option with a misspelt name would be passed over.',
    },
    {
      // Ajv would answer with a promise, which no more says that the options are wrong than that they are right.
      part: 'meta.schema.$async',
      expected: 'no such keyword',
      found: isAsync,
      holds: isAsync === undefined,
      remedy: 'Leave it away: options are judged at once.',
    },
    ...options.map(([name, option]) => {
      const description = isObject(option) ? option['description'] : undefined;
      return {
        part: `meta.schema.properties.${name}.description`,
        expected: 'a sentence',
        found: description,
        holds: typeof description === 'string' && description !== '',
        remedy: 'Say what the option does.',
      };
    }),
  ];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The mistake of a rule whose name another one has already. */
export function nameTaken(name: string, source: Source, takenBy: string): Mistake {
  return {
    code: 'rule-name-taken',
    source,
    expected: 'a name that no other rule has',
    found: `${shown(name)}, which is the rule of ${takenBy}`,
    remedy: 'Give the rule another name, and the file with it.',
  };
}
