import type { Exemption } from '../engine/exemptions.ts';
import { shown, type Mistake } from '../mistake/mistake.ts';
import { InvalidEntriesError } from '../rule/invalid-entries-error.ts';
import { repositoryPatterns } from '../rule/repository-patterns.ts';
import { isObject } from '../workload/json-object.ts';
import { KEBAB_CASE } from './exemption-schema.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';

/** An exemption as policy.yaml has it, once the schema has nothing against it. */
export type WrittenExemption = Omit<Exemption, 'expires' | 'ruleSources'> & { readonly expires: string };

const RULE_NAME = new RegExp(KEBAB_CASE);
const DAY = 24 * 60 * 60 * 1000;

/** The exemptions as findings are judged by them. */
export function exemptionsOf(written: readonly WrittenExemption[], where: YamlDocument['where']): readonly Exemption[] {
  return written.map(({ expires, ...rest }, index) => ({
    ...rest,
    ...(rest.rules && { ruleSources: rest.rules.map((_, entry) => where(`/exemptions/${index}/rules/${entry}`)) }),
    expires: expires === 'never' ? Infinity : Date.parse(`${expires}T00:00:00Z`) + DAY,
  }));
}

/**
 * Exemptions as far as they name rules, and from the past: so that these names are judged too, whatever else is wrong, and
 * nothing is covered.
 */
export function exemptionsByRules(exemptions: unknown, where: YamlDocument['where']): readonly Exemption[] {
  if (!Array.isArray(exemptions)) return [];
  return exemptions.flatMap((exemption: unknown, index) => {
    const rules: unknown = isObject(exemption) ? exemption['rules'] : undefined;
    const entries = (Array.isArray(rules) ? rules : []).map((rule: unknown, entry) => ({ rule, entry }));
    // Of what is no name the schema tells.
    const named = entries.filter(({ rule }) => typeof rule === 'string' && RULE_NAME.test(rule));
    if (named.length === 0) return [];
    const ruleSources = named.map(({ entry }) => where(`/exemptions/${index}/rules/${entry}`));
    const names = named.map(({ rule }) => rule as string);
    return [{ name: `${index}`, reason: '', owner: '', expires: 0, rules: names, ruleSources }];
  });
}

/** What the schema cannot see in a list of exemptions, as far as they are in their form. */
export function exemptionMistakes(exemptions: unknown, where: YamlDocument['where']): readonly Mistake[] {
  if (!Array.isArray(exemptions)) return [];
  const names = new Map<unknown, string>();
  return exemptions.flatMap((exemption: unknown, index) => {
    if (!isObject(exemption)) return [];
    const pointer = `/exemptions/${index}`;
    const at = (key: string): string => where(`${pointer}/${key}`);
    return [
      ...nameMistakes(exemption['name'], at('name'), names),
      ...dateMistakes(exemption['expires'], at('expires')),
      ...imageMistakes(exemption['images'], (entry) => at(`images/${entry}`)),
    ];
  });
}

function nameMistakes(name: unknown, where: string, names: Map<unknown, string>): readonly Mistake[] {
  const taken = names.get(name);
  if (typeof name !== 'string' || taken === undefined) {
    names.set(name, where);
    return [];
  }
  const found = `${shown(name)}, as in ${taken}`;
  const remedy = 'By its name an exemption is found in logs and audits: give it another.';
  return [{ code: 'exemption-invalid', where, expected: 'a name that no other exemption has', found, remedy }];
}

function dateMistakes(expires: unknown, where: string): readonly Mistake[] {
  if (typeof expires !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(expires)) return [];
  // Date.parse takes the 30th of February for the 2nd of March.
  const time = Date.parse(`${expires}T00:00:00Z`);
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(expires)) return [];
  const remedy = 'Look into a calendar; the exemption ends at 24:00 UTC of that day.';
  return [{ code: 'exemption-invalid', where, expected: 'a day that there is', found: shown(expires), remedy }];
}

function imageMistakes(images: unknown, where: (entry: number) => string): readonly Mistake[] {
  if (!Array.isArray(images) || !images.every((image) => typeof image === 'string')) return [];
  try {
    repositoryPatterns(images);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidEntriesError)) throw error;
    return error.entries.map(({ index, ...words }) => ({ code: 'exemption-invalid', where: where(index), ...words }));
  }
}
