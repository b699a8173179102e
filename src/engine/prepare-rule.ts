import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { type Location, messageOf, type Mistake, type Remedy, shown, type Source, within } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { schemaProblem } from '../mistake/schema-problem.ts';
import { InvalidEntriesError } from '../rule/invalid-entries-error.ts';
import type { OptionsSchema } from '../rule/options-schema.ts';
import type { AnyRule } from '../rule/rule.ts';
import type { RuleOptions } from './policy.ts';
import { ignoreRejection, isThenable } from './read-violations.ts';

/** What `check` will receive, or why there is nothing to receive. */
export type PreparedRule = { readonly prepared: unknown } | Mistaken;

interface Mistaken {
  readonly mistakes: readonly Mistake[];
}

/** The options of one selection that the schema has nothing against, its defaults filled in. JSON, all of it. */
export interface ValidOptions extends RuleOptions {
  readonly source: Source;
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
  source: Source = { name: `rule ${rule.meta.name}` },
): readonly PreparedRule[] {
  return validateOptions(rule.meta.schema, settings, ajv, source).map((valid) =>
    'mistakes' in valid ? valid : prepareOptions(rule, valid),
  );
}

/**
 * Judges the options of every selection by the rule's schema, and fills in its defaults.
 *
 * @param ajv may be that of other rules
 * @param source of the rule: its file, if that is not one of ours
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
    // So that a rule may give its schema any `$id`, also that of another rule's.
    ajv.removeSchema(NOT_AJVS_OWN);
  }
  return settings.map((setting) => {
    // They are what YAML and JSON know, and `structuredClone` is not there inside of the sandbox.
    const options = JSON.parse(JSON.stringify(setting.options)) as Record<string, unknown>;
    const told = { source, schema, options, sources: setting.sources };
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

function optionMistake(error: ErrorObject, told: ValidOptions): Mistake {
  const { path, wrong, expected } = schemaProblem(error);
  const [option = 'options', ...rest] = path;
  const value = path.reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], told.options);
  return {
    code: 'option-invalid',
    ...within(whereOf(told, option), ...rest.map((key) => (/^\d+$/.test(key) ? entry(Number(key)) : key))),
    expected: wrong === 'unknown key' ? 'an option that the rule has' : wrong === 'missing key' ? 'a value' : expected,
    found: shown(value),
    ...optionRemedy(option, told.schema),
  };
}

function entry(index: number): string {
  return `entry ${index + 1}`;
}

/** What the rule itself says of the option, or which options there are. */
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
  const option = Object.keys(options).find((key) => options[key] === error.list) ?? 'options';
  return error.entries.map(({ index, expected, found, remedy }) => ({
    code: 'option-invalid',
    ...within(whereOf(valid, option), entry(index)),
    expected,
    found,
    remedy,
  }));
}
