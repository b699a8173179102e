import type { RuleOptions } from '../engine/policy.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { quoted } from './cel.ts';
import { type Check, checksOf } from './checks.ts';
import { exemptionConditions, namespaceCondition, unsaidOf } from './exemption-conditions.ts';
import { tooCostly } from './cost.ts';
import { NO_MIRROR_POD, REFERENCE_VARIABLES, type Variable } from './reference-variables.ts';
import { isNamed, namedVariable } from './rewritable.ts';
import { isThereUnder, type Validation, validationOf } from './validations.ts';

export interface VapOptions {
  /** The names of all rules, in the order of their violations. */
  readonly order: readonly string[];
  /** The options of a setting, the defaults filled in. */
  readonly optionsOf: (check: Check) => RuleOptions['options'];
  /** Where it is to hold; absent, wherever the gate judges, and in the gate's own namespace. */
  readonly namespaces?: readonly string[] | undefined;
  /** For the API server's folder of manifests, which asks for names of its own. */
  readonly isStatic: boolean;
  /** In milliseconds since 1970: exemptions that have ended by then are left away. */
  readonly now: number;
}

/** The policy in CEL. */
export interface Vap {
  /** Kubernetes objects: a ValidatingAdmissionPolicy and its binding for each action. */
  readonly objects: readonly object[];
  /** What CEL cannot say, and so does not hold: a sentence's end each. */
  readonly leftOut: readonly string[];
  /** What would exceed the API server's budget. */
  readonly tooCostly: readonly string[];
}

const NOT_REWRITTEN =
  'what it rewrites: a pod with such an image is refused, and in what makes pods its name is not judged';

const ACTIONS = { deny: 'Deny', warn: 'Warn', audit: 'Audit' } as const;

/** A policy as ValidatingAdmissionPolicies, never stricter than the gate. */
export function admissionPolicies(ruleset: Ruleset, options: VapOptions): Vap {
  const { policy, profiles, overrides } = ruleset;
  const leftOut = new Set<string>();
  const current = policy.exemptions.filter(({ expires }) => expires > options.now);
  for (const exemption of current)
    for (const what of unsaidOf(exemption)) leftOut.add(`exemption ${exemption.name}: ${what}`);
  for (const kind of policy.podSpecPaths.keys()) leftOut.add(`podSpecs: the kind ${kind}`);
  const exemptions = current.map(exemptionConditions);
  const selections = (profiles.size + 1) * (overrides.length + 1);
  const { optionsOf } = options;
  const checks = checksOf(ruleset, options.order);
  const named = namedVariable(checks, optionsOf, isThereUnder(selections));
  for (const { rule: name, rewrites } of checks) if (rewrites) leftOut.add(`${name}: ${NOT_REWRITTEN}`);
  const isNamedOf = (check: Check): boolean => named !== undefined && isNamed(check, current);
  const context = { optionsOf, exemptions, selections, isNamed: isNamedOf, contact: policy.contact };
  const validations = checks.flatMap((check, index) => {
    if (check.isCustom) {
      leftOut.add(`${check.rule}: a rule of your own`);
      return [];
    }
    return [validationOf(check, index, context, (what) => leftOut.add(`${check.rule}: ${what}`))];
  });
  const variables = [
    ...(selections > 1 ? [selectionVariable(ruleset)] : []),
    ...exemptions.map(({ variable }) => variable),
    ...REFERENCE_VARIABLES,
    ...(named === undefined ? [] : [named]),
  ];
  const objects = Object.entries(ACTIONS).flatMap(([action, validationAction]) => {
    const ofAction = validations.filter((one) => one.action === action);
    return ofAction.length === 0 ? [] : policyAndBinding(ofAction, variables, validationAction, options);
  });
  return { objects, leftOut: [...leftOut], tooCostly: tooCostly(validations) };
}

/** The index of a request's selection, as `allSelections` has them: the label decides first, then the name. */
function selectionVariable({ profiles, policy: { namespaces } }: Ruleset): Variable {
  const step = namespaces.length + 1;
  const byName = namespaces.map(({ names }, index) => `${namespaceCondition(names)} ? ${index + 1} :\n`).join('');
  if (profiles.size === 0) return { name: 'selection', expression: `${byName}0` };
  const places = [...profiles.keys()].map((profile, index) => `${quoted(profile)}: ${(index + 1) * step}`);
  const label = 'dyn(namespaceObject).metadata.?labels[?"imagegate/profile"].orValue("")';
  return { name: 'selection', expression: `{${places.join(', ')}}[?${label}].orValue(0) + (${byName}0)` };
}

function policyAndBinding(
  validations: readonly Validation[],
  variables: readonly Variable[],
  action: (typeof ACTIONS)[keyof typeof ACTIONS],
  { namespaces, isStatic }: VapOptions,
): readonly object[] {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const name = `imagegate-${action.toLowerCase()}${isStatic ? '.static.k8s.io' : ''}`;
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: { matchPolicy: 'Equivalent', namespaceSelector: selector(namespaces), resourceRules: RESOURCES },
    matchConditions: [{ name: 'no-mirror-pod', expression: NO_MIRROR_POD }],
    variables: [...variables, ...validations.map(({ variable }) => variable)],
    validations: validations.map(({ validation }) => ({ ...validation, reason: 'Forbidden' })),
  };
  return [
    { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: [action] },
    },
  ];
}

const NAME = 'kubernetes.io/metadata.name';

/** As the webhook's, but for the gate's own namespace, which nobody else judges. */
function selector(namespaces: readonly string[] | undefined): object {
  const where =
    namespaces === undefined
      ? { key: NAME, operator: 'NotIn', values: ['kube-system'] }
      : { key: NAME, operator: 'In', values: namespaces };
  return { matchExpressions: [{ key: 'imagegate/disable-filtering', operator: 'NotIn', values: ['true'] }, where] };
}

function rule(group: string, resources: readonly string[], operations = ['CREATE', 'UPDATE']): object {
  return { apiGroups: [group], apiVersions: ['v1'], operations, resources, scope: 'Namespaced' };
}

/** Those of the webhook. */
const RESOURCES: readonly object[] = [
  rule('', ['pods', 'replicationcontrollers', 'podtemplates']),
  rule('', ['pods/ephemeralcontainers'], ['UPDATE']),
  rule('apps', ['deployments', 'replicasets', 'statefulsets', 'daemonsets']),
  rule('batch', ['jobs', 'cronjobs']),
];
