import { Ajv, type ValidateFunction } from 'ajv';
import type { ValidOptions } from '../engine/prepare-rule.ts';
import type { Mistake } from '../mistake/mistake.ts';
import type { DefaultAction } from '../rule/rule.ts';
import type { OptionsSchema } from '../rule/options-schema.ts';
import type { ErrorText } from './guest/error-text.ts';
import { GuestEnd } from './guest.ts';

// Output of an engine is untrusted even if our own guest code wrote it: a rule may have patched the built-ins that this code
// uses. So it is validated like any other input.

const text = (maxLength: number) => ({ type: 'string', maxLength }) as const;
const TEXT = text(4096);
const WORDS = text(2048);
const NUMBER = { type: 'integer' };
const OBJECT = { type: 'object' };

const SOURCE = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: { name: TEXT, in: TEXT, configMap: TEXT, line: NUMBER, column: NUMBER },
};

const MISTAKES = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['code', 'source', 'expected', 'found', 'remedy'],
    properties: {
      code: { enum: ['rule-file-invalid', 'option-invalid'] },
      source: SOURCE,
      place: TEXT,
      expected: TEXT,
      found: TEXT,
      remedy: TEXT,
      guess: TEXT,
    },
  },
};

const PLACE = {
  type: 'object',
  required: ['file', 'line', 'column'],
  properties: { file: text(1024), line: NUMBER, column: NUMBER },
};

const ERROR = {
  type: 'object',
  required: ['name', 'message'],
  properties: { name: WORDS, message: WORDS, place: PLACE },
};

const DESCRIPTION = {
  type: 'object',
  required: ['mistakes'],
  properties: {
    mistakes: MISTAKES,
    description: text(65_536),
    schema: OBJECT,
    action: { enum: ['deny', 'warn', 'audit', 'off'] },
  },
};

const OPTIONS = {
  type: 'array',
  items: {
    anyOf: [
      { type: 'object', required: ['mistakes'], properties: { mistakes: MISTAKES } },
      {
        type: 'object',
        required: ['source', 'options', 'sources', 'schema'],
        properties: { source: SOURCE, options: OBJECT, sources: OBJECT, schema: OBJECT },
      },
    ],
  },
};

/** A rule's `meta`, or its mistakes. */
export interface RuleDescription {
  readonly mistakes: readonly Mistake[];
  readonly description?: string;
  readonly schema?: OptionsSchema;
  readonly action?: DefaultAction;
}

// Our own schemas need no validation: compiling the meta-schema would block the thread for some 30 ms.
const ajv = new Ajv({ meta: false, validateSchema: false });
const readers = new Map<object, ValidateFunction>();

/** Like the others below, @throws {GuestEnd} if the answer is invalid. */
export const readError = (answer: string): ErrorText => read(ERROR, answer);
export const readMistakes = (answer: string): readonly Mistake[] => read(MISTAKES, answer);
export const readDescription = (answer: string): RuleDescription => read(DESCRIPTION, answer);
export const readOptions = (answer: string): readonly (ValidOptions | { readonly mistakes: readonly Mistake[] })[] =>
  read(OPTIONS, answer);

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the schema guarantees the type
function read<T>(schema: object, answer: string): T {
  const isValid = readers.get(schema) ?? ajv.compile(schema);
  readers.set(schema, isValid);
  const value = parsed(answer);
  if (isValid(value)) return value as T;
  throw new GuestEnd('it changes what the language itself is made of');
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return undefined;
  }
}
