import { discovery, type StandInAnswer } from '../../cluster/stand-in-api.ts';

/** A Kubernetes object, of which a test may change anything. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever a fault is made of
export type Any = any;

/** Objects of a cluster, to be broken in one way. */
export class World {
  readonly objects: Any[];

  constructor(objects: readonly Any[]) {
    this.objects = structuredClone(objects) as Any[];
  }

  get(kind: string, name: string): Any {
    const found = this.objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
    return found;
  }

  remove(kind: string, name: string): void {
    this.objects.splice(this.objects.indexOf(this.get(kind, name)), 1);
  }

  add(object: Any): void {
    this.objects.push(structuredClone(object));
  }
}

/** `kind`, as it is called in a path; and whether it is in no namespace. */
const KINDS: Readonly<Record<string, readonly [plural: string, isOfCluster?: true]>> = {
  'v1 Namespace': ['namespaces', true],
  'v1 Pod': ['pods'],
  'v1 Service': ['services'],
  'v1 ConfigMap': ['configmaps'],
  'v1 Secret': ['secrets'],
  'v1 ResourceQuota': ['resourcequotas'],
  'apps/v1 Deployment': ['deployments'],
  'apps/v1 DaemonSet': ['daemonsets'],
  'apps/v1 StatefulSet': ['statefulsets'],
  'policy/v1 PodDisruptionBudget': ['poddisruptionbudgets'],
  'networking.k8s.io/v1 NetworkPolicy': ['networkpolicies'],
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration': ['validatingwebhookconfigurations', true],
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration': ['mutatingwebhookconfigurations', true],
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicy': ['mutatingadmissionpolicies', true],
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': ['validatingadmissionpolicies', true],
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding': ['validatingadmissionpolicybindings', true],
  'rbac.authorization.k8s.io/v1 ClusterRole': ['clusterroles', true],
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': ['clusterrolebindings', true],
};

/** The path of the objects of a kind. */
export function pathOf(apiVersion: string, kind: string, namespace?: string): string {
  const [plural] = KINDS[`${apiVersion} ${kind}`] ?? [];
  if (plural === undefined) throw new Error(`Where is ${apiVersion} ${kind}?`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
}

const DISCOVERY = discovery(
  ...Object.entries(KINDS).map(([kind, [plural, isOfCluster]]) => `${kind}${isOfCluster ? '!' : ''} ${plural}`),
);

/** What an API server with these objects answers. */
export function answerOf({ objects }: World, url: string): StandInAnswer | undefined {
  const path = url.split('?', 1).join();
  const known = DISCOVERY.get(path);
  if (known !== undefined) return known;
  for (const key of Object.keys(KINDS)) {
    const [apiVersion, kind] = key.split(' ') as [string, string];
    const ofKind = objects.filter((object) => object.apiVersion === apiVersion && object.kind === kind);
    if (path === pathOf(apiVersion, kind)) return { body: { kind: `${kind}List`, items: ofKind } };
    if (path === pathOf(apiVersion, kind, 'imagegate'))
      return {
        body: { kind: `${kind}List`, items: ofKind.filter(({ metadata }) => metadata.namespace === 'imagegate') },
      };
    const named = ofKind.find(
      ({ metadata }) => path === `${pathOf(apiVersion, kind, metadata.namespace)}/${metadata.name}`,
    );
    if (named !== undefined) return { body: named };
  }
  return undefined;
}
