import { MAX_PROFILES, RESERVED_PROFILES } from '../engine/policy.ts';
import type { RuleMeta } from '../rule/rule.ts';
import { EXEMPTION_SCHEMA } from './exemptions.ts';
import { VERSION_PATTERN } from './policy-version.ts';
import { LINE, NAMESPACES, rulesSchema, SETTING_PARTS, titled } from './rules-schema.ts';

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
    definitions: { rules: rulesSchema(rules), ...titled({ properties: SETTING_PARTS }).properties },
  };
}

const RULES = { title: 'rules', description: 'By the name of the rule.', $ref: '#/definitions/rules' };

const PROFILE = {
  title: 'profile',
  description:
    'What differs in namespaces with the label imagegate/profile of that value. What is absent is as everywhere.',
  type: 'object',
  additionalProperties: false,
  properties: { rules: RULES },
};

const OVERRIDE = {
  title: 'namespace override',
  description: 'Actions and options that differ in some namespaces. What is absent is as everywhere.',
  type: 'object',
  additionalProperties: false,
  required: ['names', 'rules'],
  properties: {
    names: NAMESPACES,
    rules: RULES,
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
  version: {
    description:
      'The version of ImageGate that the policy is written for, such as 0.2.0. An older gate names it where it knows less.',
    type: 'string',
    pattern: VERSION_PATTERN,
    patternErrorMessage: 'a version of three numbers',
  },
  contact: {
    description: 'The last line of every denial: whom to ask, where to read.',
    ...LINE,
  },
  decisionId: {
    description: 'Whether every denial of images names the object, and the uid under which the logs have the request.',
    type: 'boolean',
  },
  rewriteWarnings: {
    description: 'Whether each image that is rewritten is a kubectl warning.',
    type: 'boolean',
  },
  rules: {
    description: 'A setting, or a list of settings, by the name of the rule.',
    $ref: '#/definitions/rules',
  },
  profiles: {
    description: 'What differs by the label imagegate/profile of the namespace, by the value of the label.',
    type: 'object',
    maxProperties: MAX_PROFILES,
    propertyNames: {
      description: 'It is the value of the label imagegate/profile.',
      type: 'string',
      maxLength: 63,
      pattern: `^(?!(?:${RESERVED_PROFILES.join('|')})$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$`,
      patternErrorMessage: `a name in lower-case letters, digits and dashes, and none of ${RESERVED_PROFILES.join(', ')}`,
    },
    additionalProperties: PROFILE,
  },
  namespaces: {
    description:
      'What differs in some namespaces, over their profile. The first entry whose names match counts, and no other.',
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
