import type { ApiClient } from '../../cluster/api-client.ts';
import { restrictedPodSpec } from '../../e2e/objects.ts';
import type { Fault } from '../fault.ts';
import { inOwnCluster } from '../own-cluster.ts';

const namespace = 'outage';
const pods = `/api/v1/namespaces/${namespace}/pods`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const good = 'docker.io/nginx:1';
const bad = 'nginx';

/** What somebody does, and the status that the API server is to answer with. */
type Step = readonly [what: string, method: string, path: string, object: unknown, status: number];

const spec = (image: string, more: object = {}): object => ({ containers: [{ name: 'c', image }], ...more });
const pod = (name: string, podSpec: object = spec(good)): object => ({ metadata: { name }, spec: podSpec });
const created = (path: string): string => `${path}?dryRun=All`;

/** What is there before the gate goes, made by these. */
const before: readonly Step[] = [
  ['a node', 'POST', '/api/v1/nodes', { metadata: { name: 'node-1' } }, 201],
  ['a namespace', 'POST', '/api/v1/namespaces', { metadata: { name: namespace } }, 201],
  ['a pod that runs', 'POST', pods, pod('runs', spec(good, { nodeName: 'node-1' })), 201],
  ['a pod to evict', 'POST', pods, pod('evicted', spec(good, { nodeName: 'node-1' })), 201],
  ['a pod without a node', 'POST', pods, pod('waits'), 201],
  [
    'a Deployment',
    'POST',
    deployments,
    {
      metadata: { name: 'app' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'app' } },
        template: { metadata: { labels: { app: 'app' } }, spec: spec(good) },
      },
    },
    201,
  ],
];

const passes: readonly Step[] = [
  ['a label', 'PATCH', `${pods}/runs`, { metadata: { labels: { a: 'b' } } }, 200],
  ['an annotation', 'PATCH', `${pods}/runs`, { metadata: { annotations: { a: 'b' } } }, 200],
  ['a finalizer', 'PATCH', `${pods}/runs`, { metadata: { finalizers: ['example.com/x'] } }, 200],
  [
    'the status, by the kubelet',
    'PATCH',
    `${pods}/runs/status`,
    { status: { phase: 'Running', message: 'x', startTime: '2026-01-01T00:00:00Z' } },
    200,
  ],
  [
    'a toleration',
    'PATCH',
    `${pods}/runs`,
    [{ op: 'add', path: '/spec/tolerations/-', value: { key: 'x', operator: 'Exists' } }],
    200,
  ],
  ['a deadline', 'PATCH', `${pods}/runs`, { spec: { activeDeadlineSeconds: 3600 } }, 200],
  [
    'the node of a pod, by the scheduler',
    'POST',
    `${pods}/waits/binding`,
    { metadata: { name: 'waits' }, target: { kind: 'Node', name: 'node-1' } },
    201,
  ],
  ['an eviction', 'POST', `${pods}/evicted/eviction`, { metadata: { name: 'evicted' } }, 201],
  ['the deletion of what runs', 'DELETE', `${pods}/runs`, undefined, 200],
  ['the end of it, by the kubelet', 'DELETE', `${pods}/runs`, { gracePeriodSeconds: 0 }, 200],
  ['the finalizer taken away', 'PATCH', `${pods}/runs`, { metadata: { finalizers: null } }, 200],
  ['and it is gone', 'GET', `${pods}/runs`, undefined, 404],
  ['a pod in kube-system', 'POST', created('/api/v1/namespaces/kube-system/pods'), pod('x', spec(bad)), 201],
  [
    'a pod in the own namespace',
    'POST',
    created('/api/v1/namespaces/imagegate/pods'),
    pod('x', { ...restrictedPodSpec(bad) }),
    201,
  ],
  [
    'another image for a Deployment',
    'PATCH',
    `${deployments}/app`,
    [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'docker.io/nginx:2' }],
    200,
  ],
  ['the scale of a Deployment', 'PATCH', `${deployments}/app/scale`, { spec: { replicas: 1 } }, 200],
];

const refused: readonly Step[] = [
  ['a new pod', 'POST', created(pods), pod('x'), 500],
  [
    'another image for a pod',
    'PATCH',
    `${pods}/waits`,
    [{ op: 'replace', path: '/spec/containers/0/image', value: 'docker.io/nginx:2' }],
    500,
  ],
  [
    'an ephemeral container',
    'PATCH',
    `${pods}/waits/ephemeralcontainers`,
    [{ op: 'add', path: '/spec/ephemeralContainers', value: [{ name: 'e', image: good }] }],
    500,
  ],
];

export const outage: Fault = {
  name: 'gate down: what runs is maintained',
  passesWhen: 'all that brings no image passes; a new pod is refused',
  run: async () =>
    inOwnCluster(async ({ cluster, gate }) => {
      await each(cluster.api, before);
      await gate.stop();
      try {
        await each(cluster.api, [...passes, ...refused]);
      } finally {
        await gate.start();
      }
      return [
        ['passed', passes.length],
        ['refused', refused.length],
      ];
    }),
};

/** One after another; all that went otherwise is told. */
async function each(api: ApiClient, steps: readonly Step[]): Promise<void> {
  const wrong: string[] = [];
  for (const [what, method, path, object, expected] of steps) {
    const { status, text } = await api.send(method, path, object);
    if (status !== expected) wrong.push(`${what}: expected ${expected}, found ${status} ${text}`);
    else if (status === 500 && !text.includes('failed calling webhook')) wrong.push(`${what}: ${text}`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}
