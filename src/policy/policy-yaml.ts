import { Ajv, type ValidateFunction } from 'ajv';
import {
  DEFAULT_POLICY,
  MAX_PROFILES,
  type NamespaceOverride,
  type Policy,
  type RuleEntries,
  type RuleEntry,
  type RuleSetting,
} from '../engine/policy.ts';
import { type Location, locationText, type Mistake, shown, type Source } from '../mistake/mistake.ts';
import { isObject, type JsonObject } from '../workload/json-object.ts';
import { readYaml, type YamlDocument } from '../yaml/yaml-document.ts';
import { actionsOf, type ConfigValue } from './flat-keys.ts';
import { exemptionMistakes, exemptionsByRules, exemptionsOf, RULE_NAME, type YamlExemption } from './exemptions.ts';
import { policySchema } from './policy-schema.ts';
import { newerVersion } from './policy-version.ts';
import { schemaMistakes } from './schema-mistakes.ts';
import { KNOWN_KINDS } from '../workload/pod-spec.ts';

/** The valid parts of a policy and its mistakes: the parts are checked further, to report all mistakes at once. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** Every key that is unknown, invalid, unreadable, or set differently in two places. */
  readonly mistakes: readonly Mistake[];
  /** If it is for a newer gate: no mistake by itself. */
  readonly newer?: Mistake;
}

/** The most mistakes that are reported. */
const MAX_MISTAKES = 50;

// Without the meta-schema, to which a test holds the schema, and as fast to compile as can be: it is part of a start.
const FAST = { meta: false, validateSchema: false, code: { optimize: false } } as const;
const ajv = new Ajv({
  ...FAST,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  allErrors: true,
  verbose: true,
});
ajv.addKeyword('patternErrorMessage');
let compiled: ValidateFunction<YamlPolicy> | undefined;

interface YamlPolicy {
  readonly contact?: string;
  readonly decisionId?: boolean;
  readonly rewriteWarnings?: boolean;
  readonly exemptions?: readonly YamlExemption[];
  readonly podSpecs?: readonly YamlPodSpec[];
}

/** Reads policy.yaml. Never throws. */
export function readPolicyYaml({ text, source }: ConfigValue): LoadedPolicy {
  const { value = {}, where, mistakes: unreadable } = readYaml(text, source);
  // Once, and not where there is no policy.yaml.
  const isPolicy = (compiled ??= ajv.compile<YamlPolicy>(policySchema([])));
  const wrong = isPolicy(value) ? [] : schemaMistakes(isPolicy.errors!, where); // Ajv sets errors whenever validation fails
  const { version, rules, profiles, namespaces, exemptions, podSpecs } = isObject(value) ? value : {};
  const mistakes = [...wrong, ...exemptionMistakes(exemptions, where), ...podSpecMistakes(podSpecs, where)];
  const newer = newerVersion(version, where('version'));
  return {
    policy: {
      ...DEFAULT_POLICY,
      rules: ruleEntries(rules, inside(where, 'rules')),
      profiles: profileEntries(profiles, where),
      namespaces: overrides(namespaces, where),
      // With mistakes, only the rule names in the exemptions are used further.
      ...(mistakes.length === 0
        ? rest(value as YamlPolicy, where)
        : { exemptions: exemptionsByRules(exemptions, where) }),
    },
    mistakes: atMost(MAX_MISTAKES, [...unreadable, ...mistakes].toSorted(byLine), source),
    ...(newer && { newer }),
  };
}

function rest(policy: YamlPolicy, where: YamlDocument['where']): Partial<Policy> {
  const { contact, decisionId = false, rewriteWarnings = false, exemptions = [], podSpecs = [] } = policy;
  return {
    contact,
    decisionId,
    rewriteWarnings,
    exemptions: exemptionsOf(exemptions, where),
    podSpecPaths: podSpecPaths(podSpecs),
  };
}

function profileEntries(profiles: unknown, where: YamlDocument['where']): ReadonlyMap<string, RuleEntries> {
  const named = Object.entries(isObject(profiles) ? profiles : {}).slice(0, MAX_PROFILES);
  return new Map(
    named.map(([name, profile]) => {
      const { rules } = isObject(profile) ? profile : {};
      return [name, ruleEntries(rules, inside(where, 'profiles', name, 'rules'))];
    }),
  );
}

function overrides(namespaces: unknown, where: YamlDocument['where']): readonly NamespaceOverride[] {
  if (!Array.isArray(namespaces)) return [];
  return namespaces.map((override: unknown, index) => {
    const { names, rules } = isObject(override) ? override : {};
    const texts = Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
    return { names: texts, rules: ruleEntries(rules, inside(where, 'namespaces', index, 'rules')) };
  });
}

/**
 * The valid rules of policy.yaml, or of one of its profiles or overrides, so that their options are validated, too, whatever
 * else is wrong.
 */
function ruleEntries(rules: unknown, where: YamlDocument['where']): RuleEntries {
  // The schema reports invalid names.
  const named = Object.entries(isObject(rules) ? rules : {}).filter(([name]) => RULE_NAME.test(name));
  return new Map(
    named.flatMap(([name, rule]): readonly [string, RuleEntry][] => {
      const at = inside(where, name);
      if (isObject(rule)) return [[name, ruleSetting(name, rule, at)]];
      if (!Array.isArray(rule)) return [];
      const settings = rule.map((one: unknown, index) => isObject(one) && ruleSetting(name, one, inside(at, index)));
      const readable = settings.filter((setting) => setting !== false);
      return readable.length === 0 ? [] : [[name, readable]];
    }),
  );
}

function ruleSetting(name: string, rule: JsonObject, where: YamlDocument['where']): RuleSetting {
  const options = isObject(rule['options']) ? rule['options'] : {};
  const sources = Object.keys(options).map((option) => [option, where('options', option)] as const);
  const action = actionsOf(name).find((known) => known === rule['action']);
  const [namespaces, images] = [textsOrNone(rule['namespaces']), textsOrNone(rule['images'])];
  return {
    ...(action && { action, actionSource: where('action') }),
    ...(namespaces && { namespaces, namespacesSource: where('namespaces') }),
    ...(images && { images, imagesSource: where('images') }),
    ...(typeof rule['message'] === 'string' && { message: rule['message'], messageSource: where('message') }),
    options,
    sources: Object.fromEntries(sources),
    source: where(),
  };
}

function textsOrNone(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}

function inside(where: YamlDocument['where'], ...outer: readonly (string | number)[]): YamlDocument['where'] {
  return (...path) => where(...outer, ...path);
}

function byLine({ source: a }: Mistake, { source: b }: Mistake): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function atMost(count: number, mistakes: readonly Mistake[], source: Source): readonly Mistake[] {
  if (mistakes.length <= count) return mistakes;
  const found = `${mistakes.length - count} more mistakes`;
  const remedy = 'Mend the others first.';
  return [...mistakes.slice(0, count), { code: 'policy-yaml-invalid', source, expected: 'a policy', found, remedy }];
}

/** An entry of `podSpecs` in a valid policy.yaml. */
interface YamlPodSpec {
  readonly group: string;
  readonly kind: string;
  /** `spec.workloads[*].template.spec` */
  readonly path: string;
}

/** The paths by `group/kind`; `*` stands for each item of a list. */
function podSpecPaths(podSpecs: readonly YamlPodSpec[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    podSpecs.map(({ group, kind, path }) => [`${group}/${kind}`, path.replaceAll('[*]', '.*').split('.')]),
  );
}

/** Mistakes that the schema cannot find: built-in kinds, and kinds listed twice. */
function podSpecMistakes(podSpecs: unknown, where: YamlDocument['where']): readonly Mistake[] {
  if (!Array.isArray(podSpecs)) return [];
  const kinds = new Map<string, Location>();
  return podSpecs.flatMap((podSpec: unknown, index): readonly Mistake[] => {
    if (!isObject(podSpec)) return [];
    const kind = `${String(podSpec['group'])}/${String(podSpec['kind'])}`;
    const place = where('podSpecs', index);
    const before = kinds.get(kind);
    kinds.set(kind, before ?? place);
    const wrong = { code: 'policy-yaml-invalid', ...place } as const;
    if (KNOWN_KINDS.includes(kind)) {
      const remedy = 'Remove the entry: this kind is judged anyway.';
      return [{ ...wrong, expected: 'a kind that is not built in', found: shown(kind), remedy }];
    }
    if (before === undefined) return [];
    const remedy = 'A kind has one pod spec; [*] takes those of a list.';
    return [{ ...wrong, expected: 'each kind once', found: `${shown(kind)}, as in ${locationText(before)}`, remedy }];
  });
}
