import { REWRITING, VALID_REFERENCE } from '../engine/policy.ts';
import type { EnforcementAction, RuleMeta } from '../rule/rule.ts';
import { KEBAB_CASE } from './exemptions.ts';
import { actionsOf } from './flat-keys.ts';

const ACTION = 'What happens on a violation: it is denied, it is a kubectl warning, it is only recorded, or nothing.';
const REWRITE = 'With rewrite, what can be right is written so in new pods, and the rest is denied.';
const OPTIONS = 'What the rule takes is on its page.';

/** Patterns of namespaces. */
export const NAMESPACES = {
  description: 'Patterns of namespaces; * stands for any run of characters.',
  type: 'array',
  minItems: 1,
  items: {
    description: 'A namespace has lower-case letters, digits and dashes; * stands for any run of characters.',
    type: 'string',
    maxLength: 256,
    pattern: '^[a-z0-9*](?:[a-z0-9*-]*[a-z0-9*])?$',
    patternErrorMessage: 'a pattern of namespaces, such as dev-*',
  },
};

/** One line of a message. */
export const LINE = {
  type: 'string',
  minLength: 1,
  maxLength: 256,
  pattern: '^[ -~]*$',
  patternErrorMessage: 'one line of printable ASCII',
};

/** What every setting of a rule may have. */
export const SETTING_PARTS = {
  namespaces: { ...NAMESPACES, description: 'Where it judges, by patterns of namespaces. Absent, it judges in all.' },
  images: {
    description: 'Which images it judges. Absent, it judges all.',
    type: 'array',
    minItems: 1,
    items: { description: 'A pattern of images, such as ghcr.io/acme/**.', type: 'string', maxLength: 1024 },
  },
  message: { description: 'Follows its sentences, on the same line: whom to ask, where the list is.', ...LINE },
};

const ANY_OPTIONS = { title: 'options', description: OPTIONS, type: 'object' };

/** The schema of what a policy says of rules; options as in `policySchema`. */
export function rulesSchema(rules: readonly RuleMeta[]): object {
  const spelledOut = rules.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((meta) => [meta.name, builtIn(meta)]);
  // The gate reads a policy without knowing the rules: of these it must know that they have one more action.
  const rewriting = REWRITING.filter((name) => rules.every((meta) => meta.name !== name)).map((name) => [
    name,
    ruleSchema(name, 'A rule that can rewrite.', { actions: actionsOf(name), byDefault: 'off' }, ANY_OPTIONS),
  ]);
  return {
    description: 'By the name of the rule.',
    type: 'object',
    propertyNames: {
      description: "It is the name of the rule's file, in lower case, with dashes.",
      type: 'string',
      maxLength: 63,
      pattern: KEBAB_CASE,
      patternErrorMessage: "a rule's name, in kebab-case",
    },
    properties: { ...Object.fromEntries([...spelledOut, ...rewriting]), [VALID_REFERENCE]: VALID_REFERENCE_RULE },
    additionalProperties: ruleSchema(
      'rule',
      'A rule of your own.',
      { actions: actionsOf('rule'), byDefault: 'what the rule says of itself' },
      ANY_OPTIONS,
      '#/definitions/rules/additionalProperties',
    ),
  };
}

const VALID_REFERENCE_RULE = ruleSchema(
  VALID_REFERENCE,
  'Deny what is no image reference. It is never off: what cannot be read no other rule can judge.',
  { actions: actionsOf(VALID_REFERENCE), byDefault: 'deny' },
);

function builtIn({ name, description, action = 'deny', schema }: RuleMeta): object {
  // No `required`: the option may be set elsewhere, by a flat key, or for an override by the rules of everywhere.
  const { required: _, ...options } = schema ?? { type: 'object', additionalProperties: false, properties: {} };
  const about = { title: 'options', description: `The options of ${name}.` };
  return ruleSchema(
    name,
    description,
    { actions: actionsOf(name), byDefault: action },
    { ...about, ...titled(options) },
  );
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly [keyword: string]: unknown;
}

/** Gives every property without a title its name as title. */
export function titled({ properties, items, ...rest }: Schema): Schema {
  const named = Object.entries(properties ?? {}).map(([name, its]) => [name, { title: name, ...titled(its) }]);
  return {
    ...rest,
    ...(items && { items: titled(items) }),
    ...(properties && { properties: Object.fromEntries(named) }),
  };
}

/**
 * @param action.byDefault the default action, in words
 * @param path of the schema that is made
 */
function ruleSchema(
  title: string,
  description: string,
  { actions, byDefault }: { readonly actions: readonly EnforcementAction[]; readonly byDefault: string },
  options?: Schema,
  path = `#/definitions/rules/properties/${title}`,
): object {
  const action = {
    title: 'action',
    // No default: an override has the action of everywhere.
    description: [
      ACTION,
      ...(actions.includes('rewrite') ? [REWRITE] : []),
      `Where none is written anywhere, it is ${byDefault}.`,
    ].join(' '),
    enum: actions,
  };
  const form = { title, description, additionalProperties: false };
  if (options === undefined) {
    // What cannot be read matches no pattern of images, and one setting says all.
    const { message } = SETTING_PARTS;
    return { ...form, type: 'object', properties: { action, ...refs('#/definitions', { message }) } };
  }
  const properties = { action, options, ...refs('#/definitions', SETTING_PARTS) };
  const items = {
    title: 'setting',
    description: 'Each setting judges for itself.',
    type: 'object',
    additionalProperties: false,
    properties: refs(`${path}/properties`, properties),
  };
  // Not anyOf, which would report each mistake for both forms.
  return { ...form, type: ['object', 'array'], properties, minItems: 1, items };
}

/** References to schemas, by their names; an editor shows the texts beside a reference. */
function refs(path: string, schemas: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { description }]) => [
      name,
      { title: name, description, $ref: `${path}/${name}` },
    ]),
  );
}
