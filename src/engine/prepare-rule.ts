import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { messageOf, type Mistake, shown } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { InvalidEntriesError } from '../rule/invalid-entries-error.ts';
import type { OptionsSchema } from '../rule/options-schema.ts';
import type { AnyRule } from '../rule/rule.ts';
import { ignoreRejection, isThenable } from './read-violations.ts';

/** What the operator set of one rule's options, and where. */
export interface RuleOptions {
  readonly options: Readonly<Record<string, unknown>>;
  /** Where each option was written, for messages: `ALLOWED_REGISTRIES (environment)`. */
  readonly sources: Readonly<Record<string, string>>;
}

/** What `check` will receive, or why there is nothing to receive. */
export type PreparedRule = { readonly prepared: unknown } | Mistaken;

interface Mistaken {
  readonly mistakes: readonly Mistake[];
}

/** The options of one selection that the schema has nothing against, its defaults filled in. JSON, all of it. */
export interface ValidOptions extends RuleOptions {
  /** Where the rule is, for messages. */
  readonly place: string;
  /** In JavaScript it may have no properties. */
  readonly schema: Partial<OptionsSchema>;
}

const NO_OPTIONS: Partial<OptionsSchema> = { type: 'object', additionalProperties: false, properties: {} };

/** All that a rule's schema has left in an Ajv; its meta-schema stays. */
const NOT_AJVS_OWN = /^(?!http:\/\/json-schema\.org\/)/;

/** What `check` will receive in each selection. */
export function prepareRule(
  rule: AnyRule,
  settings: readonly RuleOptions[],
  ajv: Ajv,
  place = `rule ${rule.meta.name}`,
): readonly PreparedRule[] {
  return validateOptions(rule.meta.schema, settings, ajv, place).map((valid) =>
    'mistakes' in valid ? valid : prepareOptions(rule, valid),
  );
}

/**
 * Judges the options of every selection by the rule's schema, and fills in its defaults.
 *
 * @param ajv may be that of other rules
 * @param place where the rule is, for messages: its file, if that is not one of ours
 */
export function validateOptions(
  schema: Partial<OptionsSchema> = NO_OPTIONS,
  settings: readonly RuleOptions[],
  ajv: Ajv,
  place: string,
): readonly (ValidOptions | Mistaken)[] {
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(schema);
  } catch (error) {
    return settings.map(() => ({ mistakes: [schemaMistake(place, error)] }));
  } finally {
    // So that a rule may give its schema any `$id`, also that of another rule's.
    ajv.removeSchema(NOT_AJVS_OWN);
  }
  return settings.map((setting) => {
    // They are what YAML and JSON know, and `structuredClone` is not there inside of the sandbox.
    const options = JSON.parse(JSON.stringify(setting.options)) as Record<string, unknown>;
    const told = { place, schema, options, sources: setting.sources };
    // Ajv sets errors whenever it says no.
    return validate(options) ? told : { mistakes: validate.errors!.map((error) => optionMistake(error, told)) };
  });
}

/** Has the rule prepare options. */
export function prepareOptions(
  rule: AnyRule,
  valid: ValidOptions,
  wordsOf: (error: unknown) => string = messageOf,
): PreparedRule {
  const { options } = valid;
  if (rule.prepare === undefined) return { prepared: Object.freeze(options) };
  try {
    const prepared: unknown = rule.prepare(options);
    if (!isThenable(prepared)) return { prepared };
    ignoreRejection(prepared);
    return { mistakes: [promiseMistake(valid.place)] };
  } catch (error) {
    return { mistakes: preparationMistakes(error, valid, wordsOf) };
  }
}

function whereOf({ place, sources }: ValidOptions, option: string): string {
  return Object.hasOwn(sources, option) ? sources[option]! : `${place}, option ${option}`;
}

function schemaMistake(place: string, error: unknown): Mistake {
  return {
    code: 'rule-file-invalid',
    where: `${place}, meta.schema`,
    expected: 'a JSON Schema (draft-07)',
    found: messageOf(error),
    remedy: 'Mend the schema; Ajv reads it in strict mode, which knows no unknown keywords.',
  };
}

function promiseMistake(place: string): Mistake {
  return {
    code: 'rule-file-invalid',
    where: `${place}, prepare`,
    expected: 'a function that returns at once what check needs',
    found: 'one that returns a promise',
    remedy: 'Nobody waits for it: write prepare without async and await.',
  };
}

function optionMistake({ instancePath, keyword, message, params }: ErrorObject, told: ValidOptions): Mistake {
  // Of an object Ajv says what it lacks, or has too much, apart from its place.
  const named = (params['additionalProperty'] ?? params['missingProperty']) as string | undefined;
  const path = [...instancePath.split('/').slice(1), ...(named === undefined ? [] : [named])];
  const [option = 'options', ...rest] = path;
  const value = path.reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], told.options);
  return {
    code: 'option-invalid',
    where: [whereOf(told, option), ...rest.map((key) => (/^\d+$/.test(key) ? `entry ${Number(key) + 1}` : key))].join(
      ', ',
    ),
    expected: expectedOf(keyword, message, params),
    found: shown(value),
    remedy: optionRemedy(option, told.schema),
  };
}

function expectedOf(keyword: string, message: string | undefined, params: ErrorObject['params']): string {
  if (keyword === 'additionalProperties') return 'an option that the rule has';
  if (keyword === 'required') return 'a value';
  if (keyword === 'enum') return `one of ${(params['allowedValues'] as readonly unknown[]).map(shown).join(', ')}`;
  return `a value that ${message}`;
}

/** What the rule itself says of the option, or which options there are. */
function optionRemedy(option: string, { properties = {} }: ValidOptions['schema']): string {
  if (Object.hasOwn(properties, option)) return properties[option]!.description;
  const names = Object.keys(properties);
  return names.length === 0 ? 'The rule takes no options.' : nearestName(option, names);
}

function preparationMistakes(error: unknown, valid: ValidOptions, wordsOf: (error: unknown) => string): Mistake[] {
  const {
    place,
    schema: { properties = {} },
    options,
  } = valid;
  if (!(error instanceof InvalidEntriesError)) {
    const expected = 'options that it accepts';
    const names = Object.keys(properties);
    const remedy = names.length === 0 ? 'Mend prepare.' : `Mend prepare, or these options: ${names.join(', ')}.`;
    return [{ code: 'option-invalid', where: `${place}, prepare`, expected, found: wordsOf(error), remedy }];
  }
  const option = Object.keys(options).find((key) => options[key] === error.list) ?? 'options';
  return error.entries.map(({ index, expected, found, remedy }) => ({
    code: 'option-invalid',
    where: `${whereOf(valid, option)}, entry ${index + 1}`,
    expected,
    found,
    remedy,
  }));
}
