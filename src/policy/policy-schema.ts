import { VALID_REFERENCE } from '../engine/policy.ts';
import type { EnforcementAction, RuleMeta } from '../rule/rule.ts';
import { actionsOf } from './flat-keys.ts';
import { EXEMPTION_SCHEMA, KEBAB_CASE } from './exemptions.ts';

const ACTION = 'What happens on a violation: it is denied, it is a kubectl warning, it is only recorded, or nothing.';
const OPTIONS = 'What the rule takes is on its page.';

/**
 * The JSON Schema (draft-07) of policy.yaml. The options of the given rules are included, for an editor; those of
 * other rules may be anything: each rule validates its own.
 */
export function policySchema(rules: readonly RuleMeta[]): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'ImageGate policy',
    description: 'policy.yaml, a key of the ConfigMap of ImageGate. All of it may be absent.',
    type: 'object',
    additionalProperties: false,
    ...titled({ properties: PROPERTIES }),
    definitions: { rules: rulesSchema(rules) },
  };
}

const OVERRIDE = {
  title: 'namespace override',
  description: 'Actions and options that differ in some namespaces. What is absent is as everywhere.',
  type: 'object',
  additionalProperties: false,
  required: ['names', 'rules'],
  properties: {
    names: {
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
    },
    rules: { description: 'By the name of the rule.', $ref: '#/definitions/rules' },
  },
};

const POD_SPEC = {
  title: 'pod spec',
  description: 'Where objects of a kind have their pod spec.',
  type: 'object',
  additionalProperties: false,
  required: ['group', 'kind', 'path'],
  properties: {
    group: {
      description: 'The API group without the version, such as argoproj.io.',
      type: 'string',
      maxLength: 253,
      pattern: '^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)?$',
      patternErrorMessage: 'an API group without a version',
    },
    kind: {
      description: 'The kind, such as Rollout.',
      type: 'string',
      maxLength: 63,
      pattern: '^[A-Z][A-Za-z0-9]*$',
      patternErrorMessage: 'a kind, which begins with a capital letter',
    },
    path: {
      description: 'The path to the pod spec, such as spec.template.spec; [*] after a name is each item of that list.',
      type: 'string',
      maxLength: 256,
      pattern: '^(?:[A-Za-z_][A-Za-z0-9_-]*(?:\\[\\*\\])?[.])*spec$',
      patternErrorMessage: 'names with dots between them, the last one spec',
    },
  },
};

const PROPERTIES = {
  contact: {
    description: 'The last line of every denial: whom to ask, where to read.',
    type: 'string',
    minLength: 1,
    maxLength: 256,
    pattern: '^[ -~]*$',
    patternErrorMessage: 'one line of printable ASCII',
  },
  rules: {
    description: 'Actions and options, by the name of the rule.',
    $ref: '#/definitions/rules',
  },
  namespaces: {
    description: 'What differs in some namespaces. The first entry whose names match counts, and no other.',
    type: 'array',
    items: OVERRIDE,
  },
  exemptions: {
    description: 'Exceptions, each with a reason, an owner and an end.',
    type: 'array',
    items: EXEMPTION_SCHEMA,
  },
  podSpecs: {
    description: 'Kinds beside the built-in ones that pods are made from. The webhook must be told of them too.',
    type: 'array',
    items: POD_SPEC,
  },
};

function rulesSchema(rules: readonly RuleMeta[]): object {
  const spelledOut = rules.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((meta) => [meta.name, builtIn(meta)]);
  return {
    description: 'By the name of the rule.',
    type: 'object',
    propertyNames: {
      type: 'string',
      maxLength: 63,
      pattern: KEBAB_CASE,
      patternErrorMessage: "a rule's name, in kebab-case",
    },
    properties: { ...Object.fromEntries(spelledOut), [VALID_REFERENCE]: VALID_REFERENCE_RULE },
    additionalProperties: ruleSchema(
      'rule',
      'A rule of your own.',
      { actions: actionsOf('rule'), byDefault: 'what the rule says of itself' },
      {
        title: 'options',
        description: OPTIONS,
        type: 'object',
      },
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
function titled({ properties, items, ...rest }: Schema): object {
  const named = Object.entries(properties ?? {}).map(([name, its]) => [name, { title: name, ...titled(its) }]);
  return {
    ...rest,
    ...(items && { items: titled(items) }),
    ...(properties && { properties: Object.fromEntries(named) }),
  };
}

/** @param action.byDefault the default action, in words */
function ruleSchema(
  title: string,
  description: string,
  { actions, byDefault }: { readonly actions: readonly EnforcementAction[]; readonly byDefault: string },
  options?: object,
): object {
  const action = {
    title: 'action',
    // No default: an override has the action of everywhere.
    description: `${ACTION} Where none is written anywhere, it is ${byDefault}.`,
    enum: actions,
  };
  const properties = options === undefined ? { action } : { action, options };
  return { title, description, type: 'object', additionalProperties: false, properties };
}
