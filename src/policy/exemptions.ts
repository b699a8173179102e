import { endOfDay } from '../engine/exemptions.ts';
import type { Exemption } from '../engine/policy.ts';
import { locationText, shown, type Location, type Mistake } from '../mistake/mistake.ts';
import { InvalidEntriesError } from '../rule/invalid-entries-error.ts';
import { imagePatterns } from '../rule/image-patterns.ts';
import { isObject } from '../workload/json-object.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';

/** Names become keys of audit annotations, which have at most 63 characters. */
export const KEBAB_CASE = '^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$';

const SOMEWHERE = 'It needs namespaces or images beside it.';

/** The JSON Schema of an exemption. */
export const EXEMPTION_SCHEMA = {
  title: 'exemption',
  description: 'Findings that are told, and from which nothing follows. What is absent covers all.',
  type: 'object',
  additionalProperties: false,
  required: ['name', 'reason', 'owner', 'expires'],
  anyOf: [{ required: ['namespaces'] }, { required: ['images'] }],
  properties: {
    name: {
      description: 'What the exemption is called in logs and audits: kebab-case, and used once.',
      type: 'string',
      maxLength: 63,
      pattern: KEBAB_CASE,
      patternErrorMessage: 'a name in kebab-case',
    },
    reason: text('Why there is this exemption.', 1024),
    owner: text('Who answers for it.', 256),
    expires: {
      description: 'The last day on which it holds, to 24:00 UTC, such as 2027-03-31. Without an end, write never.',
      type: 'string',
      pattern: '^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|never)$',
      patternErrorMessage: 'a date, YYYY-MM-DD, or never',
    },
    rules: list('Names of the rules that it exempts from. valid-reference cannot be among them.', {
      maxLength: 63,
      pattern: `^(?!valid-reference$)${KEBAB_CASE.slice(1)}`,
      patternErrorMessage: 'the name of a rule other than valid-reference',
    }),
    namespaces: list('Patterns of namespaces; * stands for any run of characters.', {
      maxLength: 256,
      pattern: '^(?=.*[a-z0-9])[a-z0-9*](?:[a-z0-9*-]*[a-z0-9*])?$',
      patternErrorMessage: 'a pattern of namespaces that names some',
    }),
    images: list('Patterns of images, such as ghcr.io/acme/** or ghcr.io/acme/app:1.2.', { maxLength: 1024 }),
    users: list(`User names, to the letter, of who asks directly. ${SOMEWHERE}`, {
      maxLength: 1024,
      pattern: '^(?!system:serviceaccount:kube-system:)[^*]+$',
      patternErrorMessage: 'an exact user name, and of no service account of kube-system, which makes all pods',
    }),
    groups: list(`Groups, to the letter, of who asks directly. ${SOMEWHERE}`, {
      maxLength: 1024,
      pattern: '^(?!system:(?:authenticated|unauthenticated|serviceaccounts|serviceaccounts:kube-system)$)[^*]+$',
      patternErrorMessage: 'an exact group, and none that everybody or every controller is in',
    }),
    serviceAccounts: list(`Service accounts, as namespace:name. ${SOMEWHERE}`, {
      maxLength: 317,
      pattern: '^(?!kube-system:)[a-z0-9-]+:[a-z0-9.-]+$',
      patternErrorMessage: 'namespace:name, and not of kube-system, which makes all pods',
    }),
  },
} as const;

/** An exemption in a valid policy.yaml. */
export type YamlExemption = Omit<Exemption, 'expires' | 'ruleSources'> & { readonly expires: string };

/** What can be the name of a rule. */
export const RULE_NAME = new RegExp(KEBAB_CASE);

/** The exemptions, their dates parsed. */
export function exemptionsOf(exemptions: readonly YamlExemption[], where: YamlDocument['where']): readonly Exemption[] {
  return exemptions.map(({ expires, ...rest }, index) => ({
    ...rest,
    ...(rest.rules && { ruleSources: rest.rules.map((_, entry) => where('exemptions', index, 'rules', entry)) }),
    expires: endOfDay(expires),
  }));
}

/**
 * Stand-ins for the exemptions of an invalid policy, already expired: the rule names in them can still be checked, and they
 * cover nothing.
 */
export function exemptionsByRules(exemptions: unknown, where: YamlDocument['where']): readonly Exemption[] {
  if (!Array.isArray(exemptions)) return [];
  return exemptions.flatMap((exemption: unknown, index) => {
    const rules: unknown = isObject(exemption) ? exemption['rules'] : undefined;
    const entries = (Array.isArray(rules) ? rules : []).map((rule: unknown, entry) => ({ rule, entry }));
    // The schema reports invalid names.
    const named = entries.filter(({ rule }) => typeof rule === 'string' && RULE_NAME.test(rule));
    if (named.length === 0) return [];
    const ruleSources = named.map(({ entry }) => where('exemptions', index, 'rules', entry));
    const names = named.map(({ rule }) => rule as string);
    return [{ name: `${index}`, reason: '', owner: '', expires: 0, rules: names, ruleSources }];
  });
}

/** The mistakes in exemptions that the schema cannot find. */
export function exemptionMistakes(exemptions: unknown, where: YamlDocument['where']): readonly Mistake[] {
  if (!Array.isArray(exemptions)) return [];
  const names = new Map<unknown, Location>();
  return exemptions.flatMap((exemption: unknown, index) => {
    if (!isObject(exemption)) return [];
    const at: typeof where = (...path) => where('exemptions', index, ...path);
    return [
      ...nameMistakes(exemption['name'], at('name'), names),
      ...dateMistakes(exemption['expires'], at('expires')),
      ...imageMistakes(exemption['images'], (entry) => at('images', entry)),
    ];
  });
}

function nameMistakes(name: unknown, where: Location, names: Map<unknown, Location>): readonly Mistake[] {
  const taken = names.get(name);
  if (typeof name !== 'string' || taken === undefined) {
    names.set(name, where);
    return [];
  }
  const found = `${shown(name)}, as in ${locationText(taken)}`;
  const remedy = 'By its name an exemption is found in logs and audits: give it another.';
  return [{ code: 'exemption-invalid', ...where, expected: 'a name that no other exemption has', found, remedy }];
}

function dateMistakes(expires: unknown, where: Location): readonly Mistake[] {
  if (typeof expires !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(expires)) return [];
  if (!Number.isNaN(endOfDay(expires))) return [];
  const remedy = 'Look into a calendar; the exemption ends at 24:00 UTC of that day.';
  return [{ code: 'exemption-invalid', ...where, expected: 'a day that there is', found: shown(expires), remedy }];
}

function imageMistakes(images: unknown, where: (entry: number) => Location): readonly Mistake[] {
  if (!Array.isArray(images) || !images.every((image) => typeof image === 'string')) return [];
  try {
    imagePatterns(images);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidEntriesError)) throw error;
    return error.entries.map(({ index, ...words }) => ({ code: 'exemption-invalid', ...where(index), ...words }));
  }
}

// No minLength where a pattern, or the check of images, rejects empty text: it would be reported twice.

function text(description: string, maxLength: number) {
  return { description, type: 'string', maxLength, pattern: '\\S', patternErrorMessage: 'words' };
}

function list(description: string, items: object) {
  return {
    description,
    type: 'array',
    minItems: 1,
    items: { description, type: 'string', ...items },
  };
}
