import type { KubernetesObject } from '../../manifest/manifest-items.ts';
import type { Diagnosis } from './diagnosis.ts';
import { at, grouped, hasAny, isSelected, listAt, nameOf, namesText, textAt } from './fields.ts';
import {
  type Check,
  isMatched,
  MUTATING,
  namespaceLabels,
  ofKind,
  OUR_WEBHOOK,
  ours,
  type Snapshot,
  WEBHOOKS,
} from './snapshot.ts';
import { closedEntries } from './webhook-checks.ts';

const OF_ADMISSION = 'admissionregistration.k8s.io';
const POLICIES = `${OF_ADMISSION}/ValidatingAdmissionPolicy`;
const CHANGING_POLICIES = `${OF_ADMISSION}/MutatingAdmissionPolicy`;
const BINDINGS = `${OF_ADMISSION}/ValidatingAdmissionPolicyBinding`;
const ROLES = 'rbac.authorization.k8s.io/ClusterRole';
const ROLE_BINDINGS = 'rbac.authorization.k8s.io/ClusterRoleBinding';
const STARTERS = ['apps/DaemonSet', 'apps/Deployment', 'apps/StatefulSet'];
const EXEMPTING = 'imagegate/disable-filtering';

/** What else is in the cluster that the gate depends on, or that it shares its work with. */
export const CLUSTER_CHECKS: readonly Check[] = [
  { needs: [WEBHOOKS, '/Namespace', ...STARTERS], diagnose: startOrder },
  { needs: [WEBHOOKS, MUTATING], diagnose: otherWebhooks },
  { needs: [POLICIES, CHANGING_POLICIES], diagnose: otherPolicies },
  { needs: [POLICIES, BINDINGS, ROLES, ROLE_BINDINGS], diagnose: labelWriters },
];

/** After an outage these must start before the gate can, and would ask it. */
function startOrder(snapshot: Snapshot): readonly Diagnosis[] {
  const selectors = closedEntries(snapshot).map(({ entry }) => at(entry, 'namespaceSelector'));
  const isAsked = (namespace: string): boolean =>
    selectors.some((selector) => isSelected(namespaceLabels(snapshot, namespace), selector));
  const needed = STARTERS.flatMap((kind) => ofKind(snapshot, kind)).flatMap((object) => {
    const [namespace, role] = [textAt(object, 'metadata.namespace'), roleAtStart(object)];
    return role === undefined || !isAsked(namespace)
      ? []
      : [{ namespace, name: `${object.kind} ${nameOf(object)} (${role})` }];
  });
  return [...grouped(needed, ({ namespace }) => namespace)].map(([namespace, found]): Diagnosis => {
    const what = `The gate is asked about what starts before it can: ${namesText(found.map(({ name }) => name))}. After an outage of the whole cluster each waits for the other.`;
    const remedy = `Exempt it: kubectl label namespace ${namespace} ${EXEMPTING}=true. Keep that label to few people.`;
    return { code: 'start-order', where: `Namespace ${namespace}`, what, remedy };
  });
}

/** By what it does to its node, or how it is called: the gate's own pods need it. */
function roleAtStart(object: KubernetesObject): string | undefined {
  const spec = at(object, 'spec.template.spec');
  const paths = listAt(spec, 'volumes').map((volume) => textAt(volume, 'hostPath.path'));
  const images = listAt(spec, 'containers').map((container) => textAt(container, 'image'));
  if (paths.some((path) => /^\/(?:etc|opt)\/cni\b/.test(path))) return 'network plugin';
  if (paths.some((path) => path.startsWith('/var/lib/kubelet/plugins'))) return 'storage';
  if (images.some((image) => /\b(?:coredns|kube-dns)\b/.test(image))) return 'DNS';
  if (images.some((image) => /\bkube-proxy\b/.test(image))) return 'Services';
  return textAt(spec, 'priorityClassName') === 'system-node-critical' ? 'system-node-critical' : undefined;
}

/** Whether rules match pods as they are made. */
export function touchesPods(rules: readonly unknown[]): boolean {
  return ['CREATE', 'UPDATE'].some((operation) => isMatched(rules, '', 'pods', operation));
}

function otherWebhooks(snapshot: Snapshot): readonly Diagnosis[] {
  const rewrites = ours(snapshot, MUTATING, OUR_WEBHOOK) !== undefined;
  const named = (kind: string, isAfter = false): readonly string[] =>
    ofKind(snapshot, kind)
      .filter((object) => (rewrites && kind === MUTATING && nameOf(object) > OUR_WEBHOOK) === isAfter)
      .filter((object) => nameOf(object) !== OUR_WEBHOOK)
      // Of all of a kind the API server goes by their names.
      .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      .flatMap((object) =>
        listAt(object, 'webhooks')
          .filter((webhook) => touchesPods(listAt(webhook, 'rules')))
          .map((webhook) => `${textAt(webhook, 'name')} of ${nameOf(object)}`),
      );
  const [changing, after, judging] = [named(MUTATING), named(MUTATING, true), named(WEBHOOKS)];
  const remedy = 'Nothing is to be done. If two judge the same, only the first denial that comes is shown.';
  const before = `They may change pods, in this order and before the gate judges what comes of it: ${namesText(changing)}.`;
  const again = `They may change pods after the gate has rewritten them: ${namesText(after)}. If one changes an image, the gate is asked to rewrite it once more.`;
  const beside = `They judge pods too, at the same time as the gate: ${namesText(judging)}.`;
  return [
    ...(changing.length > 0
      ? [{ code: 'other-webhooks', where: 'MutatingWebhookConfigurations', what: before, remedy } as const]
      : []),
    ...(after.length > 0
      ? [{ code: 'webhooks-after', where: 'MutatingWebhookConfigurations', what: again, remedy } as const]
      : []),
    ...(judging.length > 0
      ? [{ code: 'other-webhooks', where: 'ValidatingWebhookConfigurations', what: beside, remedy } as const]
      : []),
  ];
}

function otherPolicies(snapshot: Snapshot): readonly Diagnosis[] {
  const remedy = 'Nothing is to be done. What they deny, the gate never sees.';
  return [
    [CHANGING_POLICIES, 'They may change pods, before webhooks and the gate are asked'] as const,
    [POLICIES, 'They judge pods too, before the gate is asked'] as const,
  ].flatMap(([kind, said]): readonly Diagnosis[] => {
    const names = ofKind(snapshot, kind)
      .filter((policy) => touchesPods(listAt(policy, 'spec.matchConstraints.resourceRules')))
      .map(nameOf)
      .filter((name) => !/^imagegate-(?:deny|warn|audit)$/.test(name));
    const where = kind.slice(OF_ADMISSION.length + 1).replace(/y$/, 'ies');
    return names.length === 0 ? [] : [{ code: 'other-policies', where, what: `${said}: ${namesText(names)}.`, remedy }];
  });
}

/** Who can take a namespace out of the gate's hands. */
function labelWriters(snapshot: Snapshot): readonly Diagnosis[] {
  const denying = ofKind(snapshot, BINDINGS).filter((binding) =>
    listAt(binding, 'spec.validationActions').includes('Deny'),
  );
  const bound = new Set(denying.map((binding) => textAt(binding, 'spec.policyName')));
  const guard = ofKind(snapshot, POLICIES).find(
    (policy) =>
      bound.has(nameOf(policy)) &&
      isMatched(listAt(policy, 'spec.matchConstraints.resourceRules'), '', 'namespaces', 'UPDATE') &&
      JSON.stringify(policy['spec']).includes(EXEMPTING),
  );
  const writers = namesText(namespaceWriters(snapshot));
  if (guard === undefined) {
    const what = `Whoever may label namespaces may exempt one, or pick its profile: ${writers}.`;
    const remedy = 'Write your groups into deploy/guard-label.yaml, and apply it.';
    return [{ code: 'label-unguarded', where: `Label ${EXEMPTING}`, what, remedy }];
  }
  const groups = listAt(guard, 'spec.variables').find((variable) => textAt(variable, 'name') === 'groups');
  const what = `Of those who may label namespaces (${writers}), only these groups may set it: ${textAt(groups, 'expression')}.`;
  const where = `ValidatingAdmissionPolicy ${nameOf(guard)}`;
  return [{ code: 'label-writers', where, what, remedy: 'Look whether that is whom you trust.' }];
}

/** Those whom a ClusterRole lets, but for parts of Kubernetes itself. */
function namespaceWriters(snapshot: Snapshot): readonly string[] {
  const roles = ofKind(snapshot, ROLES).filter((role) =>
    listAt(role, 'rules').some(
      (rule) =>
        hasAny(rule, 'apiGroups', ['', '*']) &&
        hasAny(rule, 'resources', ['namespaces', 'namespaces/status', 'namespaces/finalize', '*', '*/*']) &&
        hasAny(rule, 'verbs', ['create', 'update', 'patch', '*']),
    ),
  );
  const names = new Set(roles.map(nameOf));
  return ofKind(snapshot, ROLE_BINDINGS)
    .filter((binding) => names.has(textAt(binding, 'roleRef.name')))
    .flatMap((binding) => listAt(binding, 'subjects'))
    .filter((subject) => textAt(subject, 'namespace') !== 'kube-system' && !isOfKubernetes(subject))
    .map((subject) => {
      const path = [textAt(subject, 'namespace'), textAt(subject, 'name')].filter((part) => part !== '');
      return `${textAt(subject, 'kind')} ${path.join('/')}`;
    })
    .toSorted();
}

function isOfKubernetes(subject: unknown): boolean {
  return textAt(subject, 'kind') === 'User' && textAt(subject, 'name').startsWith('system:');
}
