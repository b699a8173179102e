import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { type Location, messageOf, type Mistake, type Remedy, shown, type Source, within } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { sayingMost, schemaProblem } from '../mistake/schema-problem.ts';
import { InvalidEntriesError } from '../rule/invalid-entries-error.ts';
import type { OptionsSchema } from '../rule/options-schema.ts';
import type { AnyRule } from '../rule/rule.ts';
import type { RuleOptions } from './policy.ts';
import { ignoreRejection, isThenable } from './read-violations.ts';

/** What `check` will receive, or the mistakes in the options. */
export type PreparedRule = { readonly prepared: unknown } | Mistaken;

interface Mistaken {
  readonly mistakes: readonly Mistake[];
}

/** The valid options of one selection, defaults filled in; all of it is JSON. */
export interface ValidOptions extends RuleOptions {
  readonly source: Source;
  /** A rule in JavaScript may leave out `properties`. */
  readonly schema: Partial<OptionsSchema>;
}

const NO_OPTIONS: Partial<OptionsSchema> = { type: 'object', additionalProperties: false, properties: {} };

/** Matches all schemas that rules added to an Ajv, but not its meta-schema. */
const NOT_AJVS_OWN = /^(?!http:\/\/json-schema\.org\/)/;

/** Validates and prepares the options of each selection. */
export function prepareRule(
  rule: AnyRule,
  settings: readonly RuleOptions[],
  ajv: Ajv,
  source: Source = { name: `rule ${rule.meta.name}` },
): readonly PreparedRule[] {
  return validateOptions(rule.meta.schema, settings, ajv, source).map((valid) =>
    'mistakes' in valid ? valid : prepareOptions(rule, valid),
  );
}

/**
 * Validates the options of every selection by the rule's schema, and fills in defaults.
 *
 * @param ajv may be shared with other rules
 * @param source the rule's file, if it is a custom rule
 */
export function validateOptions(
  schema: Partial<OptionsSchema> = NO_OPTIONS,
  settings: readonly RuleOptions[],
  ajv: Ajv,
  source: Source,
): readonly (ValidOptions | Mistaken)[] {
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(schema);
  } catch (error) {
    return settings.map(() => ({ mistakes: [schemaMistake(source, error)] }));
  } finally {
    // So that two rules may use the same `$id`.
    ajv.removeSchema(NOT_AJVS_OWN);
  }
  return settings.map((setting) => {
    // A copy, since Ajv fills in defaults; the sandbox has no `structuredClone`.
    const options = JSON.parse(JSON.stringify(setting.options)) as Record<string, unknown>;
    const told = { source, schema, options, sources: setting.sources };
    // Ajv sets errors whenever validation fails.
    return validate(options)
      ? told
      : { mistakes: sayingMost(validate.errors!).map((error) => optionMistake(error, told, setting.options)) };
  });
}

/** Calls the rule's `prepare`, if it has one. */
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
    return { mistakes: [promiseMistake(valid.source)] };
  } catch (error) {
    return { mistakes: preparationMistakes(error, valid, wordsOf) };
  }
}

function whereOf({ source, sources }: ValidOptions, option: string): Location {
  return Object.hasOwn(sources, option) ? sources[option]! : { source, place: `option ${option}` };
}

function schemaMistake(source: Source, error: unknown): Mistake {
  return {
    code: 'rule-file-invalid',
    source,
    place: 'meta.schema',
    expected: 'a JSON Schema (draft-07)',
    found: messageOf(error),
    remedy: 'Mend the schema; Ajv reads it in strict mode, which knows no unknown keywords.',
  };
}

function promiseMistake(source: Source): Mistake {
  return {
    code: 'rule-file-invalid',
    source,
    place: 'prepare',
    expected: 'a function that returns at once what check needs',
    found: 'one that returns a promise',
    remedy: 'Nobody waits for it: write prepare without async and await.',
  };
}

/** @param written the operator's options, without defaults */
function optionMistake(error: ErrorObject, told: ValidOptions, written: RuleOptions['options']): Mistake {
  const { path, wrong, expected } = schemaProblem(error);
  const [option = 'options', ...rest] = path;
  const parts = rest.map((key) => (/^\d+$/.test(key) ? entry(Number(key)) : key));
  const words = {
    expected: wrong === 'unknown key' ? 'an option that the rule has' : wrong === 'missing key' ? 'a value' : expected,
    found: shown(valueAt(told.options, path)),
  };
  if (valueAt(written, wrong === 'value' ? path : path.slice(0, -1)) === undefined) {
    const where = within({ source: told.source, place: 'meta.schema' }, `default of ${option}`, ...parts);
    return { code: 'rule-file-invalid', ...where, ...words, remedy: WRONG_DEFAULT };
  }
  return {
    code: 'option-invalid',
    ...within(whereOf(told, option), ...parts),
    ...words,
    ...optionRemedy(option, told.schema),
  };
}

const WRONG_DEFAULT = 'The schema refuses its own default: mend the one or the other.';

function valueAt(options: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], options);
}

function entry(index: number): string {
  return `entry ${index + 1}`;
}

/** The option's description, or the options that there are. */
function optionRemedy(option: string, { properties = {} }: ValidOptions['schema']): Remedy {
  if (Object.hasOwn(properties, option)) return { remedy: properties[option]!.description };
  const names = Object.keys(properties);
  return names.length === 0 ? { remedy: 'The rule takes no options.' } : nearestName(option, names);
}

function preparationMistakes(error: unknown, valid: ValidOptions, wordsOf: (error: unknown) => string): Mistake[] {
  const { source, schema, options } = valid;
  if (!(error instanceof InvalidEntriesError)) {
    const expected = 'options that it accepts';
    const names = Object.keys(schema.properties ?? {});
    const remedy = names.length === 0 ? 'Mend prepare.' : `Mend prepare, or these options: ${names.join(', ')}.`;
    return [{ code: 'option-invalid', source, place: 'prepare', expected, found: wordsOf(error), remedy }];
  }
  const find = (value: unknown): string | undefined => Object.keys(options).find((key) => options[key] === value);
  const list = find(error.list);
  // Or a text, read as the only entry of a list.
  const option = list ?? (error.list.length === 1 ? find(error.list[0]) : undefined) ?? 'options';
  const isText = list === undefined && option !== 'options';
  return error.entries.map(({ index, expected, found, remedy }) => ({
    code: 'option-invalid',
    ...(isText ? whereOf(valid, option) : within(whereOf(valid, option), entry(index))),
    expected,
    found,
    remedy,
  }));
}
