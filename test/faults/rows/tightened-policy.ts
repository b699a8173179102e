import type { ApiClient } from '../../cluster/api-client.ts';
import type { Installation } from '../../cluster/installation.ts';
import { until } from '../../until.ts';
import type { Fault } from '../fault.ts';
import { inOwnCluster } from '../own-cluster.ts';

const namespace = 'tightened';
const image = 'docker.io/acme/app:1';
const hold = 'example.com/hold';
const settingsPath = '/api/v1/namespaces/imagegate/configmaps/imagegate-webhook-config';

/** The fields of an object that are read here. */
interface Found {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly nodeName?: string };
}

const core = `/api/v1/namespaces/${namespace}`;
const apps = `/apis/apps/v1/namespaces/${namespace}`;
const batch = `/apis/batch/v1/namespaces/${namespace}`;

const podSpec = (more: object = {}): object => ({ containers: [{ name: 'c', image }], ...more });
const template = (app: string, more?: object): object => ({ metadata: { labels: { app } }, spec: podSpec(more) });
/** What a workload says that keeps one pod, which no node makes ready. */
const one = (app: string): object => ({ replicas: 1, selector: { matchLabels: { app } }, template: template(app) });
const job = (app: string): object => ({ template: template(app, { restartPolicy: 'Never' }) });

/** The nine kinds that bring images: where they are made, and an object of each, without its name. */
const kinds: readonly (readonly [kind: string, path: string, object: object])[] = [
  ['Pod', `${core}/pods`, { spec: podSpec() }],
  ['Deployment', `${apps}/deployments`, { spec: one('deployment') }],
  ['ReplicaSet', `${apps}/replicasets`, { spec: one('replicaset') }],
  ['StatefulSet', `${apps}/statefulsets`, { spec: { ...one('statefulset'), serviceName: 'x' } }],
  [
    'DaemonSet',
    `${apps}/daemonsets`,
    // A new node is not ready, and stays so where there is no kubelet.
    {
      spec: {
        selector: { matchLabels: { app: 'daemonset' } },
        template: template('daemonset', { tolerations: [{ operator: 'Exists' }] }),
      },
    },
  ],
  ['Job', `${batch}/jobs`, { spec: job('job') }],
  [
    'CronJob',
    `${batch}/cronjobs`,
    { spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: job('cronjob') } } },
  ],
  [
    'ReplicationController',
    `${core}/replicationcontrollers`,
    { spec: { replicas: 1, selector: { app: 'rc' }, template: template('rc') } },
  ],
  ['PodTemplate', `${core}/podtemplates`, { template: template('podtemplate') }],
];

/** The Pod, and one each of Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob and ReplicationController. */
const podCount = 8;

export const tightenedPolicy: Fault = {
  name: 'policy tightened, then finalizers and foreground deletion of what violates it',
  passesWhen: 'nothing gets stuck, of nine kinds',
  run: async () =>
    inOwnCluster(async (installation) => {
      const { api } = installation.cluster;
      await installation.cluster.startControllers();
      await createAll(api);
      await allow(installation, 'gcr.io');
      try {
        await everyKind(api, async (path, { metadata: { name, finalizers = [] } }) =>
          expectStatus(api, [200], 'PATCH', `${path}/${name}`, { metadata: { finalizers: [...finalizers, hold] } }),
        );
        const deletion = { propagationPolicy: 'Foreground' };
        for (const [kind, path] of kinds) {
          if (kind !== 'Pod') await expectStatus(api, [200], 'DELETE', `${path}/${nameOf(kind)}`, deletion);
        }
        await expectStatus(api, [200], 'DELETE', `${core}/pods/${nameOf('Pod')}`, deletion);
        await untilGone(api);
      } finally {
        await allow(installation, 'docker.io,gcr.io');
      }
      return [
        ['kinds', kinds.length],
        ['pods', podCount],
      ];
    }),
};

const nameOf = (kind: string): string => kind.toLowerCase();

/** An object of each kind, with the pods that the controllers make of it, all of which are on a node. */
async function createAll(api: ApiClient): Promise<void> {
  await expectStatus(api, [201, 409], 'POST', '/api/v1/nodes', { metadata: { name: 'node-1' } });
  await expectStatus(api, [201], 'POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  for (const [kind, path, object] of kinds) {
    await expectStatus(api, [201], 'POST', path, { metadata: { name: nameOf(kind) }, ...object });
  }
  // What the CronJob makes once a year.
  const { uid } = (await list(api, `${batch}/cronjobs`))[0]!.metadata;
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'cronjob', uid, controller: true };
  await expectStatus(api, [201], 'POST', `${batch}/jobs`, {
    metadata: { name: 'cronjob-1', ownerReferences: [{ ...owner, blockOwnerDeletion: true }] },
    spec: job('cronjob'),
  });
  const pods = await until(async () => {
    const found = await list(api, `${core}/pods`);
    return found.length === podCount && found;
  }, `${podCount} pods`);
  for (const { metadata } of pods) {
    const binding = { metadata: { name: metadata.name }, target: { kind: 'Node', name: 'node-1' } };
    await expectStatus(api, [201], 'POST', `${core}/pods/${metadata.name}/binding`, binding);
  }
}

/** Changes the policy, and resolves once a new pod is judged by it. */
async function allow({ cluster: { api }, gate }: Installation, registries: string): Promise<void> {
  await expectStatus(api, [200], 'PATCH', settingsPath, { data: { ALLOWED_REGISTRIES: registries } });
  await gate.refreshVolumes();
  const expected = registries.includes('docker.io') ? 201 : 403;
  const pod = { metadata: { name: 'x' }, spec: podSpec() };
  const isJudged = async (): Promise<boolean> =>
    (await api.send('POST', `${core}/pods?dryRun=All`, pod)).status === expected;
  await until(isJudged, `a new pod to be answered with ${expected}`);
}

/** Ends pods as a kubelet does, takes our finalizer away, and resolves once nothing is left. */
async function untilGone(api: ApiClient): Promise<void> {
  let left = '';
  const isGone = async (): Promise<boolean> => {
    const names: string[] = [];
    await everyKind(api, async (path, { metadata: { name, resourceVersion, finalizers = [], deletionTimestamp } }) => {
      names.push(`${path}/${name} (${finalizers.join(', ')})`);
      if (deletionTimestamp === undefined) return;
      const kept = finalizers.filter((finalizer) => finalizer !== hold);
      if (kept.length < finalizers.length) {
        // A conflict: a controller has taken away its own.
        const patch = { metadata: { resourceVersion, finalizers: kept } };
        await expectStatus(api, [200, 404, 409], 'PATCH', `${path}/${name}`, patch);
      } else if (path === `${core}/pods`) {
        await expectStatus(api, [200, 404], 'DELETE', `${path}/${name}`, { gracePeriodSeconds: 0 });
      }
    });
    left = names.join(', ');
    return names.length === 0;
  };
  await until(isGone, () => `all to be gone. There are ${left}`);
}

/** Every object of every kind, also those that the controllers have made. */
async function everyKind(api: ApiClient, use: (path: string, object: Found) => Promise<void>): Promise<void> {
  for (const [, path] of kinds) {
    for (const object of await list(api, path)) await use(path, object);
  }
}

async function list(api: ApiClient, path: string): Promise<readonly Found[]> {
  const { text } = await api.send('GET', path);
  return (JSON.parse(text) as { readonly items: readonly Found[] }).items;
}

async function expectStatus(
  api: ApiClient,
  expected: readonly number[],
  method: string,
  path: string,
  object: object,
): Promise<void> {
  const { status, text } = await api.send(method, path, object);
  if (!expected.includes(status)) throw new Error(`${method} ${path}: ${status} ${text}`);
}
