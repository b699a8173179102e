import { OUR_CONFIG_MAPS, OUR_NAMESPACE } from '../../config-map/config-map.ts';
import { type ClusterClient, unreadable } from '../../cluster/cluster-client.ts';
import { listObjects } from '../../cluster/list-objects.ts';
import type { KubernetesObject } from '../../manifest/manifest-items.ts';
import { type Mistake, MistakesError } from '../../mistake/mistake.ts';
import { filesDigest } from '../../ruleset/files-digest.ts';
import { isObject, type JsonObject, property } from '../../workload/json-object.ts';
import { CLUSTER } from '../create-loader.ts';
import { type PolicyPaths, tryPolicy } from '../tried-policy.ts';
import type { Output } from '../mistakes-block.ts';
import { labelsOf, listAt, nameOf, textAt } from './fields.ts';
import { mountedSecret } from './mounted-secret.ts';
import { DEPLOYMENT, ours, OUR_NAME, type Replica, type Snapshot } from './snapshot.ts';

const ADMISSION = 'admissionregistration.k8s.io';
/** Of the whole cluster. */
const EVERYWHERE: readonly string[] = [
  '/Namespace',
  ...['DaemonSet', 'Deployment', 'StatefulSet'].map((kind) => `apps/${kind}`),
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => `${ADMISSION}/${kind}`),
  ...['MutatingAdmissionPolicy', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'].map(
    (kind) => `${ADMISSION}/${kind}`,
  ),
  ...['ClusterRole', 'ClusterRoleBinding'].map((kind) => `rbac.authorization.k8s.io/${kind}`),
];
const OURS: readonly string[] = ['/Pod', '/Service', 'policy/PodDisruptionBudget'];
const UNREADABLE = new Set(['cluster-unreadable', 'cluster-unreachable']);

/** Reads all that checks look at. It changes nothing, and what may not be read it notes. */
export async function readSnapshot(
  client: ClusterClient,
  choice: Omit<PolicyPaths, 'path'>,
  { now, writeError }: Pick<Output, 'writeError'> & { readonly now: number },
): Promise<Snapshot> {
  const read = async (kind: string, namespace?: string) => [kind, await objectsOf(client, kind, namespace)] as const;
  const kinds = new Map(
    await Promise.all([
      ...EVERYWHERE.map(async (kind) => read(kind)),
      ...OURS.map(async (kind) => read(kind, OUR_NAMESPACE)),
    ]),
  );
  const pods = kinds.get('/Pod') ?? [];
  const gates = 'unread' in pods ? [] : pods.filter(isReplica);
  const [policy, maps, ...replicas] = await Promise.all([
    policyThere(choice, writeError),
    Promise.all(OUR_CONFIG_MAPS.map(async (name) => dataOf(client, 'configmaps', name))),
    ...gates.map(async (pod) => askReplica(client, pod)),
  ]);
  const isMissing = maps[0] === null && 'unread' in policy;
  // It holds a key, so it is read only if there is no other way.
  const isTold = replicas.some(({ status }) => status !== undefined);
  const secret = isTold
    ? undefined
    : await mountedSecret(ours({ kinds }, DEPLOYMENT), async (name) => dataOf(client, 'secrets', name));
  return {
    now,
    kinds,
    policy: isMissing ? { mistakes: policy.unread } : policy,
    digest: digestOf(maps),
    replicas,
    secret,
  };
}

async function objectsOf(client: ClusterClient, kind: string, namespace: string | undefined) {
  const [objects, unread]: [KubernetesObject[], Mistake[]] = [[], []];
  for await (const item of listObjects(client, [kind], namespace)) {
    // Of a kind that the API server does not have there are none.
    if ('mistake' in item && item.mistake.found !== `no ${kind}`) unread.push(item.mistake);
    else if ('object' in item) objects.push(item.object);
  }
  return unread.length > 0 ? { unread } : objects;
}

/** One that ends has left the Service. */
export function isReplica(pod: KubernetesObject): boolean {
  return labelsOf(pod)['app.kubernetes.io/name'] === OUR_NAME && textAt(pod, 'metadata.deletionTimestamp') === '';
}

async function policyThere(
  choice: Omit<PolicyPaths, 'path'>,
  writeError: Output['writeError'],
): Promise<Snapshot['policy']> {
  try {
    return await tryPolicy({ ...choice, path: CLUSTER }, { writeError });
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    const unread = error.mistakes.filter(({ code }) => UNREADABLE.has(code));
    return unread.length > 0 ? { unread } : { mistakes: error.mistakes };
  }
}

/** An object of the gate's namespace; `null` if it is not there, `undefined` if it may not be read. */
async function dataOf(client: ClusterClient, resource: string, name: string): Promise<JsonObject | null | undefined> {
  const { status, body } = await client.get(`/api/v1/namespaces/${OUR_NAMESPACE}/${resource}/${name}`);
  if (status === 404) return null;
  return status === 200 && isObject(body) ? body : undefined;
}

/** As the gate makes it of both, mounted as one folder; `undefined` if one may not be read. */
function digestOf(maps: readonly (JsonObject | null | undefined)[]): string | undefined {
  if (maps.includes(undefined)) return undefined;
  return filesDigest(Object.assign({}, ...maps.map((map) => map?.['data'])) as Readonly<Record<string, string>>);
}

/** By way of the API server, at its port of probes and metrics. */
async function askReplica(client: ClusterClient, pod: KubernetesObject): Promise<Replica> {
  const name = nameOf(pod);
  const ports = listAt(pod, 'spec.containers').flatMap((container) => listAt(container, 'ports'));
  const port = property(
    ports.find((one) => property(one, 'name') === 'ops'),
    'containerPort',
  );
  const path = `/api/v1/namespaces/${OUR_NAMESPACE}/pods/http:${name}:${Number(port ?? 8080)}/proxy/status`;
  try {
    const { status, text } = await client.getText(path);
    const body = status === 200 ? client.parsed(text) : undefined;
    if (isObject(body)) return { pod, status: body };
    const wanted = { what: 'what it has loaded', group: '', resource: 'pods/proxy', verb: 'get' } as const;
    const message = messageIn(text);
    return { pod, status: undefined, problem: unreadable(client, { status, body: { message } }, wanted).found };
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    return { pod, status: undefined, problem: error.mistakes.map(({ found }) => found).join(' ') };
  }
}

/** What an answer says is wrong: of a Status of the API server its message; what a replica says is text. */
function messageIn(text: string): string {
  if (!text.startsWith('{')) return text.trimEnd();
  try {
    return textAt(JSON.parse(text), 'message') || text;
  } catch {
    return text;
  }
}
