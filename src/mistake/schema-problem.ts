import type { ErrorObject } from 'ajv';
import { shown } from './mistake.ts';

/** An error of Ajv, translated. */
export interface SchemaProblem {
  /** The keys and indexes that lead to the value, or to the key if that is wrong. */
  readonly path: readonly string[];
  readonly wrong: 'unknown key' | 'missing key' | 'key' | 'value';
  /** What the value, or the name of the key, must be. */
  readonly expected: string;
}

type Params = Readonly<Record<string, unknown>>;

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'text',
};

/** Our own words by keyword; for other keywords Ajv's are used. */
const EXPECTED: Readonly<Record<string, (params: Params) => string | undefined>> = {
  type: ({ type }) =>
    [type]
      .flat()
      .map((name) => TYPES[String(name)])
      .join(', or '),
  enum: ({ allowedValues }) => `one of ${(allowedValues as readonly unknown[]).map(word).join(', ')}`,
  const: ({ allowedValue }) => word(allowedValue),
  maxLength: ({ limit }) => `at most ${String(limit)} characters`,
  minLength: ({ limit }) => (limit === 1 ? 'text that is not empty' : undefined),
  maxProperties: ({ limit }) => `at most ${String(limit)} keys`,
  minItems: ({ limit }) => (limit === 1 ? 'a list that is not empty' : undefined),
};

/** Translates an error of Ajv; the only place that knows their format. */
export function schemaProblem({ instancePath, keyword, message, params, propertyName }: ErrorObject): SchemaProblem {
  const { additionalProperty, missingProperty } = params as Readonly<Record<string, string | undefined>>;
  const key = additionalProperty ?? missingProperty ?? propertyName;
  const path = instancePath.split('/').slice(1).map(unescaped);
  const expected = EXPECTED[keyword]?.(params) ?? `a value that ${message}`;
  if (key === undefined) return { path, wrong: 'value', expected };
  const wrong =
    additionalProperty !== undefined ? 'unknown key' : missingProperty !== undefined ? 'missing key' : 'key';
  return { path: [...path, key], wrong, expected };
}

/** One error for one cause: of a value that must be one of a few, its type is not told as well. */
export function sayingMost(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const chosen = new Set(errors.filter(({ keyword }) => keyword === 'enum').map(({ instancePath }) => instancePath));
  return errors.filter(({ keyword, instancePath }) => keyword !== 'type' || !chosen.has(instancePath));
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : shown(value);
}

function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
