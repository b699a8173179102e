/** The JSON Schema of one option. Ajv (strict) uses all of it; these are the parts that determine its type. */
export interface OptionSchema {
  readonly type: 'string' | 'boolean' | 'number' | 'integer' | 'array' | 'object';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: OptionSchema;
  readonly properties?: { readonly [name: string]: OptionSchema };
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of a rule's options: an object without unknown properties. */
export interface OptionsSchema {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly properties: { readonly [name: string]: OptionSchema & { readonly description: string } };
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

interface Primitives {
  readonly string: string;
  readonly boolean: boolean;
  readonly number: number;
  readonly integer: number;
}

/** The type of values that match a schema. Properties with a default, and required ones, are present; others optional. */
export type OptionsOf<Schema> = Schema extends { readonly enum: readonly (infer Value)[] }
  ? Value
  : Schema extends { readonly type: keyof Primitives }
    ? Primitives[Schema['type']]
    : Schema extends { readonly type: 'array' }
      ? readonly (Schema extends { readonly items: infer Items } ? OptionsOf<Items> : unknown)[]
      : Schema extends { readonly properties: infer Properties }
        ? {
            readonly [
              Name in keyof Properties as IsThere<Schema, Properties, Name> extends true ? Name : never
            ]: OptionsOf<Properties[Name]>;
          } & {
            readonly [
              Name in keyof Properties as IsThere<Schema, Properties, Name> extends true ? never : Name
            ]?: OptionsOf<Properties[Name]>;
          }
        : unknown;

type IsThere<Schema, Properties, Name extends keyof Properties> = Properties[Name] extends { readonly default: unknown }
  ? true
  : Schema extends { readonly required: readonly (infer Required)[] }
    ? Name extends Required
      ? true
      : false
    : false;
