/** What runs in a cluster, as the tests have it. */
type Json = Readonly<Record<string, unknown>>;

export interface Running {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Json;
  readonly spec?: unknown;
  readonly status?: unknown;
}

const uid = (kind: string, name: string): string => `uid-${kind}-${name}`;

/** The reference of what it controls. */
export function controlledBy(apiVersion: string, kind: string, name: string): Json {
  return { ownerReferences: [{ apiVersion, kind, name, uid: uid(kind, name), controller: true }] };
}

const spec = (...images: readonly string[]): Json => ({
  containers: images.map((image, index) => ({ name: `c${index === 0 ? '' : index}`, image })),
});

/** A pod that runs, its image IDs made of its images. */
export function runningPod(name: string, images: readonly string[], metadata: Json = {}): Running {
  const statuses = images.map((image, index) => ({ name: `c${index === 0 ? '' : index}`, imageID: `${image}@id` }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: uid('Pod', name), ...metadata },
    spec: spec(...images),
    status: { containerStatuses: statuses },
  };
}

/** What has a pod template. */
export function running(kind: string, name: string, image: string, metadata: Json = {}, replicas = 1): Running {
  const template = { spec: spec(image) };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop', uid: uid(kind, name), ...metadata },
    spec: { replicas, template },
  };
}

export function namespace(name: string, labels: Json = {}): Running {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, uid: uid('Namespace', name) } };
}

const byApi = controlledBy('apps/v1', 'Deployment', 'api');

/** A Deployment of an image with an old revision, its pods with a second image injected; pods first, as kubectl has them. */
export function deploymentApi(image: string, injected: string): readonly Running[] {
  const metadata = controlledBy('apps/v1', 'ReplicaSet', 'api-1');
  return [
    runningPod('api-1-a', [image, injected], metadata),
    runningPod('api-1-b', [image, injected], metadata),
    running('ReplicaSet', 'api-1', image, byApi),
    running('ReplicaSet', 'api-0', 'bad.example.com/old:1', byApi, 0),
    running('Deployment', 'api', image),
  ];
}

/** As `kubectl get -o json` writes it. */
export function listOf(...items: readonly Running[]): string {
  return `${JSON.stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }, undefined, 4)}\n`;
}
