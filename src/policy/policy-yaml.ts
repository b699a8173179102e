import { Ajv } from 'ajv';
import type { NamespaceOverride, Policy } from '../engine/policy.ts';
import { DEFAULT_POLICY } from '../engine/policy.ts';
import type { Mistake } from '../mistake/mistake.ts';
import { isObject } from '../workload/json-object.ts';
import { exemptionMistakes, exemptionsByRules, exemptionsOf, type WrittenExemption } from './exemptions.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { podSpecMistakes, podSpecPaths, type WrittenPodSpec } from './pod-spec-paths.ts';
import { policySchema } from './policy-schema.ts';
import { ruleSettings } from './rule-settings.ts';
import { schemaMistakes } from './schema-mistakes.ts';
import { readYaml, type YamlDocument } from '../yaml/yaml-document.ts';

/** The key, and the name of its file. */
export const POLICY_YAML = 'policy.yaml';

/** Past these, more mistakes help nobody. */
const MAX_MISTAKES = 50;

const ajv = new Ajv({ strict: true, strictRequired: false, allErrors: true, verbose: true });
ajv.addKeyword('patternErrorMessage');
const isPolicy = ajv.compile<WrittenPolicy>(policySchema([]));

interface WrittenPolicy {
  readonly contact?: string;
  readonly exemptions?: readonly WrittenExemption[];
  readonly podSpecs?: readonly WrittenPodSpec[];
}

/**
 * What policy.yaml says, as far as it can be understood. It never throws.
 *
 * @param path what to call it in messages
 */
export function readPolicyYaml(text: string, path = POLICY_YAML): LoadedPolicy {
  const { value = {}, where, mistakes: unreadable } = readYaml(text, path);
  const wrong = isPolicy(value) ? [] : schemaMistakes(isPolicy.errors!, where); // Ajv sets errors whenever it says no
  const { rules, namespaces, exemptions, podSpecs } = isObject(value) ? value : {};
  const mistakes = [...wrong, ...exemptionMistakes(exemptions, where), ...podSpecMistakes(podSpecs, where)];
  const settings = { rules: ruleSettings(rules, '/rules', where), namespaces: overrides(namespaces, where) };
  return {
    policy: {
      ...DEFAULT_POLICY,
      ...settings,
      // If anything is wrong, nobody judges the rest further, but for the rules that it names.
      ...(mistakes.length === 0
        ? rest(value as WrittenPolicy, where)
        : { exemptions: exemptionsByRules(exemptions, where) }),
    },
    mistakes: atMost(MAX_MISTAKES, [...unreadable, ...mistakes].toSorted(byPlace), path),
  };
}

function rest(
  { contact, exemptions = [], podSpecs = [] }: WrittenPolicy,
  where: YamlDocument['where'],
): Partial<Policy> {
  return { contact, exemptions: exemptionsOf(exemptions, where), podSpecPaths: podSpecPaths(podSpecs) };
}

function overrides(namespaces: unknown, where: YamlDocument['where']): readonly NamespaceOverride[] {
  if (!Array.isArray(namespaces)) return [];
  return namespaces.map((override: unknown, index) => {
    const { names, rules } = isObject(override) ? override : {};
    const texts = Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
    return { names: texts, rules: ruleSettings(rules, `/namespaces/${index}/rules`, where) };
  });
}

/** By line and column, which are what differs first. */
function byPlace(a: Mistake, b: Mistake): number {
  return a.where.localeCompare(b.where, 'en', { numeric: true });
}

function atMost(count: number, mistakes: readonly Mistake[], where: string): readonly Mistake[] {
  if (mistakes.length <= count) return mistakes;
  const found = `${mistakes.length - count} more mistakes`;
  const remedy = 'Mend the others first.';
  return [...mistakes.slice(0, count), { code: 'policy-yaml-invalid', where, expected: 'a policy', found, remedy }];
}
