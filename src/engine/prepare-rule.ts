import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { messageOf, shown, type Mistake } from '../mistake/mistake.ts';
import { InvalidEntriesError } from '../rule/invalid-entries-error.ts';
import type { AnyRule } from '../rule/rule.ts';

/** What the operator set of one rule's options, and where. */
export interface RuleOptions {
  readonly options: Readonly<Record<string, unknown>>;
  /** Where each option was written, for messages: `ALLOWED_REGISTRIES (environment)`. */
  readonly sources: Readonly<Record<string, string>>;
}

/** What `check` will receive, or why there is nothing to receive. */
export type PreparedRule = { readonly prepared: unknown } | { readonly mistakes: readonly Mistake[] };

const NO_OPTIONS = { type: 'object', additionalProperties: false, properties: {} };
const SEE_PAGE = "The options are listed on the rule's page in docs/rules.";

/** Judges the options by the rule's schema, fills in its defaults, and has the rule prepare them. */
export function prepareRule(rule: AnyRule, setting: RuleOptions, ajv: Ajv): PreparedRule {
  const { name, schema = NO_OPTIONS } = rule.meta;
  const options = structuredClone<Record<string, unknown>>(setting.options);
  const sources = new Map(Object.entries(setting.sources));
  const where = (option: string): string => sources.get(option) ?? `rule ${name}, option ${option}`;
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(schema);
  } catch (error) {
    return { mistakes: [schemaMistake(name, error)] };
  }
  // Ajv sets errors whenever it says no.
  if (!validate(options)) return { mistakes: validate.errors!.map((error) => optionMistake(error, options, where)) };
  try {
    return { prepared: rule.prepare === undefined ? Object.freeze(options) : rule.prepare(options) };
  } catch (error) {
    return { mistakes: preparationMistakes(error, name, options, where) };
  }
}

function schemaMistake(name: string, error: unknown): Mistake {
  return {
    code: 'rule-file-invalid',
    where: `rule ${name}, meta.schema`,
    expected: 'a JSON Schema (draft-07)',
    found: messageOf(error),
    remedy: 'Mend the schema; Ajv reads it in strict mode, which knows no unknown keywords.',
  };
}

function optionMistake(
  { instancePath, keyword, message, params }: ErrorObject,
  options: Record<string, unknown>,
  where: (option: string) => string,
): Mistake {
  // Of an object Ajv says what it lacks, or has too much, apart from its place.
  const named = (params['additionalProperty'] ?? params['missingProperty']) as string | undefined;
  const path = [...instancePath.split('/').slice(1), ...(named === undefined ? [] : [named])];
  const [option = 'options', ...rest] = path;
  const value = path.reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], options);
  return {
    code: 'option-invalid',
    where: [where(option), ...rest.map((key) => (/^\d+$/.test(key) ? `entry ${Number(key) + 1}` : key))].join(', '),
    expected: expectedOf(keyword, message, params),
    found: shown(value),
    remedy: SEE_PAGE,
  };
}

function expectedOf(keyword: string, message: string | undefined, params: ErrorObject['params']): string {
  if (keyword === 'additionalProperties') return 'an option that the rule has';
  if (keyword === 'required') return 'a value';
  if (keyword === 'enum') return `one of ${(params['allowedValues'] as readonly unknown[]).map(shown).join(', ')}`;
  return `a value that ${message}`;
}

function preparationMistakes(
  error: unknown,
  name: string,
  options: Record<string, unknown>,
  where: (option: string) => string,
): Mistake[] {
  if (!(error instanceof InvalidEntriesError)) {
    const expected = 'options that its prepare accepts';
    return [{ code: 'option-invalid', where: `rule ${name}`, expected, found: messageOf(error), remedy: SEE_PAGE }];
  }
  const option = Object.keys(options).find((key) => options[key] === error.list) ?? 'options';
  return error.entries.map(({ index, expected, found, remedy }) => ({
    code: 'option-invalid',
    where: `${where(option)}, entry ${index + 1}`,
    expected,
    found,
    remedy,
  }));
}
