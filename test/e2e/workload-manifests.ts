import { pod, type Json, type Manifest } from './objects.ts';

export const good = 'docker.io/nginx:1';
export const bad = 'nginx';
// Without it, the API server chooses by the tag, and then a change of the tag is a second change, which a pod does not allow.
const imagePullPolicy = 'IfNotPresent';

/** A pod spec with an image in each of the places where one can stand from the start; one of them may be given. */
export function podSpecWith(images: Partial<Record<Place, string>> = {}): Json {
  return {
    initContainers: [
      { name: 'init', image: images.init ?? good, imagePullPolicy },
      { name: 'sidecar', image: images.sidecar ?? good, imagePullPolicy, restartPolicy: 'Always' },
    ],
    containers: [{ name: 'main', image: images.main ?? good, imagePullPolicy }],
    volumes: [{ name: 'volume', image: { reference: images.volume ?? good } }],
  };
}

export const places = ['init', 'sidecar', 'main', 'volume'] as const;
export type Place = (typeof places)[number];

const labels = { app: 'x' };
const selector = { matchLabels: labels };
const template = (spec: Json): Json => ({ metadata: { labels }, spec });
const finite = (spec: Json): Json => ({ ...spec, restartPolicy: 'Never' });
const metadata = { name: 'x' };
const object = (apiVersion: string, kind: string, spec: Json): Manifest => ({ apiVersion, kind, metadata, spec });

export interface WorkloadManifests {
  /** As kubectl prints it. */
  readonly name: string;
  readonly manifest: (spec: Json) => Manifest;
  /** What the API server itself says when an image there is to change; undefined where it may. */
  readonly immutable?: Partial<Record<Place, RegExp>>;
}

const immutableVolume =
  /^The Pod "x" is invalid: spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`/;
const immutableTemplate = /^The Job "x" is invalid: spec\.template.*: field is immutable\n$/s;

/** Everything that carries a pod spec. */
export const kinds: readonly WorkloadManifests[] = [
  { name: 'pod', manifest: (spec) => pod('x', spec), immutable: { volume: immutableVolume } },
  {
    name: 'deployment.apps',
    manifest: (spec) => object('apps/v1', 'Deployment', { replicas: 0, selector, template: template(spec) }),
  },
  {
    name: 'replicaset.apps',
    manifest: (spec) => object('apps/v1', 'ReplicaSet', { replicas: 0, selector, template: template(spec) }),
  },
  {
    name: 'statefulset.apps',
    manifest: (spec) =>
      object('apps/v1', 'StatefulSet', { replicas: 0, serviceName: 'x', selector, template: template(spec) }),
  },
  {
    name: 'daemonset.apps',
    manifest: (spec) => object('apps/v1', 'DaemonSet', { selector, template: template(spec) }),
  },
  {
    name: 'job.batch',
    manifest: (spec) => object('batch/v1', 'Job', { suspend: true, template: template(finite(spec)) }),
    immutable: Object.fromEntries(places.map((place) => [place, immutableTemplate])),
  },
  {
    name: 'cronjob.batch',
    manifest: (spec) =>
      object('batch/v1', 'CronJob', {
        schedule: '0 0 1 1 *',
        suspend: true,
        jobTemplate: { spec: { template: template(finite(spec)) } },
      }),
  },
  {
    name: 'replicationcontroller',
    manifest: (spec) =>
      object('v1', 'ReplicationController', { replicas: 0, selector: labels, template: template(spec) }),
  },
  {
    name: 'podtemplate',
    manifest: (spec) => ({ apiVersion: 'v1', kind: 'PodTemplate', metadata, template: template(spec) }),
  },
];
