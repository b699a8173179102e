import { expectTypeOf } from 'expect-type';
import type { OptionsOf, OptionsSchema } from '../../src/rule/options-schema.ts';

// Types are judged by the compiler: a wrong one ends the build, and this file never runs.

describe('OptionsOf', () => {
  it('has a type for each type of a schema', () => {
    expectTypeOf<OptionsOf<{ type: 'string' }>>().toEqualTypeOf<string>();
    expectTypeOf<OptionsOf<{ type: 'boolean' }>>().toEqualTypeOf<boolean>();
    expectTypeOf<OptionsOf<{ type: 'number' }>>().toEqualTypeOf<number>();
    expectTypeOf<OptionsOf<{ type: 'integer' }>>().toEqualTypeOf<number>();
    expectTypeOf<OptionsOf<{ type: 'array'; items: { type: 'string' } }>>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<OptionsOf<{ type: 'array' }>>().toEqualTypeOf<readonly unknown[]>();
    expectTypeOf<OptionsOf<{ type: 'object' }>>().toEqualTypeOf<unknown>();
  });

  it('has the values of an enum', () => {
    expectTypeOf<OptionsOf<{ type: 'string'; enum: readonly ['a', 'b'] }>>().toEqualTypeOf<'a' | 'b'>();
    expectTypeOf<OptionsOf<{ type: 'integer'; enum: readonly [1, 2] }>>().toEqualTypeOf<1 | 2>();
  });

  it('has what has a default or is required, and perhaps the rest', () => {
    interface Schema {
      type: 'object';
      properties: {
        byDefault: { type: 'string'; default: 'x' };
        required: { type: 'boolean' };
        optional: { type: 'number' };
      };
      required: readonly ['required'];
    }
    type Expected = { readonly byDefault: string; readonly required: boolean } & { readonly optional?: number };
    expectTypeOf<OptionsOf<Schema>>().toEqualTypeOf<Expected>();
    expectTypeOf<OptionsOf<Schema>>().toExtend<{ byDefault: string; required: boolean; optional?: number }>();
    expectTypeOf<OptionsOf<Omit<Schema, 'required'>>['required']>().toEqualTypeOf<boolean | undefined>();
  });

  it('goes as deep as the schema', () => {
    interface Schema {
      type: 'object';
      properties: {
        limits: {
          type: 'array';
          items: { type: 'object'; properties: { most: { type: 'integer' } }; required: readonly ['most'] };
          default: [];
        };
      };
    }
    expectTypeOf<OptionsOf<Schema>['limits'][number]['most']>().toEqualTypeOf<number>();
  });

  it('knows nothing of options without a schema of their own', () => {
    expectTypeOf<OptionsOf<OptionsSchema>>().toExtend<Readonly<Record<string, unknown>>>();
  });
});

describe('OptionsSchema', () => {
  it('asks for a closed object and a description of each option', () => {
    expectTypeOf<{
      type: 'object';
      additionalProperties: false;
      properties: { a: { type: 'string'; description: string } };
    }>().toExtend<OptionsSchema>();
    expectTypeOf<{ type: 'object'; properties: object }>().not.toExtend<OptionsSchema>();
    expectTypeOf<{ type: 'object'; additionalProperties: true; properties: object }>().not.toExtend<OptionsSchema>();
    expectTypeOf<{
      type: 'object';
      additionalProperties: false;
      properties: { a: { type: 'string' } };
    }>().not.toExtend<OptionsSchema>();
    expectTypeOf<{
      type: 'object';
      additionalProperties: false;
      properties: { a: { type: 'text'; description: string } };
    }>().not.toExtend<OptionsSchema>();
  });
});
