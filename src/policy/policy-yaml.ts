import { Ajv } from 'ajv';
import { DEFAULT_POLICY, type NamespaceOverride, type Policy, type RuleSetting } from '../engine/policy.ts';
import { type Location, locationText, type Mistake, shown, type Source } from '../mistake/mistake.ts';
import { isObject } from '../workload/json-object.ts';
import { readYaml, type YamlDocument } from '../yaml/yaml-document.ts';
import { actionsOf, type ConfigValue } from './flat-keys.ts';
import { exemptionMistakes, exemptionsByRules, exemptionsOf, type YamlExemption } from './exemptions.ts';
import { policySchema } from './policy-schema.ts';
import { schemaMistakes } from './schema-mistakes.ts';
import { KNOWN_KINDS } from '../workload/pod-spec.ts';

/** The valid parts of a policy and its mistakes: the parts are checked further, to report all mistakes at once. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** Every key that is unknown, invalid, unreadable, or set differently in two places. */
  readonly mistakes: readonly Mistake[];
}

/** The most mistakes that are reported. */
const MAX_MISTAKES = 50;

const ajv = new Ajv({ strict: true, strictRequired: false, allErrors: true, verbose: true });
ajv.addKeyword('patternErrorMessage');
const isPolicy = ajv.compile<YamlPolicy>(policySchema([]));

interface YamlPolicy {
  readonly contact?: string;
  readonly exemptions?: readonly YamlExemption[];
  readonly podSpecs?: readonly YamlPodSpec[];
}

/** Reads policy.yaml. Never throws. */
export function readPolicyYaml({ text, source }: ConfigValue): LoadedPolicy {
  const { value = {}, where, mistakes: unreadable } = readYaml(text, source);
  const wrong = isPolicy(value) ? [] : schemaMistakes(isPolicy.errors!, where); // Ajv sets errors whenever validation fails
  const { rules, namespaces, exemptions, podSpecs } = isObject(value) ? value : {};
  const mistakes = [...wrong, ...exemptionMistakes(exemptions, where), ...podSpecMistakes(podSpecs, where)];
  const settings = { rules: ruleSettings(rules, inside(where, 'rules')), namespaces: overrides(namespaces, where) };
  return {
    policy: {
      ...DEFAULT_POLICY,
      ...settings,
      // With mistakes, only the rule names in the exemptions are used further.
      ...(mistakes.length === 0
        ? rest(value as YamlPolicy, where)
        : { exemptions: exemptionsByRules(exemptions, where) }),
    },
    mistakes: atMost(MAX_MISTAKES, [...unreadable, ...mistakes].toSorted(byLine), source),
  };
}

function rest({ contact, exemptions = [], podSpecs = [] }: YamlPolicy, where: YamlDocument['where']): Partial<Policy> {
  return { contact, exemptions: exemptionsOf(exemptions, where), podSpecPaths: podSpecPaths(podSpecs) };
}

function overrides(namespaces: unknown, where: YamlDocument['where']): readonly NamespaceOverride[] {
  if (!Array.isArray(namespaces)) return [];
  return namespaces.map((override: unknown, index) => {
    const { names, rules } = isObject(override) ? override : {};
    const texts = Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
    return { names: texts, rules: ruleSettings(rules, inside(where, 'namespaces', index, 'rules')) };
  });
}

/**
 * The valid rules of policy.yaml or of one of its overrides, so that their options are validated, too, whatever else
 * is wrong.
 */
function ruleSettings(rules: unknown, where: YamlDocument['where']): ReadonlyMap<string, RuleSetting> {
  if (!isObject(rules)) return new Map();
  const inForm = Object.entries(rules).filter((entry): entry is [string, object] => isObject(entry[1]));
  return new Map(inForm.map(([name, rule]) => [name, ruleSetting(name, rule, inside(where, name))]));
}

function ruleSetting(
  name: string,
  rule: { readonly action?: unknown; readonly options?: unknown },
  where: YamlDocument['where'],
): RuleSetting {
  const options = isObject(rule.options) ? rule.options : {};
  const sources = Object.keys(options).map((option) => [option, where('options', option)] as const);
  const action = actionsOf(name).find((known) => known === rule.action);
  return {
    ...(action === undefined ? {} : { action, actionSource: where('action') }),
    options,
    sources: Object.fromEntries(sources),
    source: where(),
  };
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
