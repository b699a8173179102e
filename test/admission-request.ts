import type { AdmissionRequest } from '../src/admission/admission-review.ts';
import type { ContainerType } from '../src/workload/images.ts';
import type { JsonObject } from '../src/workload/json-object.ts';

/** A kind that carries a pod spec: how an object of it is made from a pod template, and where its pod spec stands. */
export interface WorkloadKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly fieldPath: string;
  readonly wrap: (template: JsonObject) => JsonObject;
}

const metadata = { name: 'x', namespace: 'default', labels: { app: 'x' } };

const inSpec = (template: JsonObject): JsonObject => ({ metadata, spec: { replicas: 1, template } });

function workload(group: string, kind: string): WorkloadKind {
  return { group, version: 'v1', kind, fieldPath: 'spec.template.spec', wrap: inSpec };
}

/** The nine kinds of Kubernetes that carry a pod spec. */
export const WORKLOAD_KINDS: readonly WorkloadKind[] = [
  { group: '', version: 'v1', kind: 'Pod', fieldPath: 'spec', wrap: (template) => ({ metadata, ...template }) },
  {
    group: '',
    version: 'v1',
    kind: 'PodTemplate',
    fieldPath: 'template.spec',
    wrap: (template) => ({ metadata, template }),
  },
  workload('', 'ReplicationController'),
  workload('apps', 'Deployment'),
  workload('apps', 'ReplicaSet'),
  workload('apps', 'StatefulSet'),
  workload('apps', 'DaemonSet'),
  workload('batch', 'Job'),
  {
    group: 'batch',
    version: 'v1',
    kind: 'CronJob',
    fieldPath: 'spec.jobTemplate.spec.template.spec',
    wrap: (template) => ({ metadata, spec: { schedule: '@daily', jobTemplate: { spec: { template } } } }),
  },
];

/** The four places of an image in a pod spec: what type it is, and how an item of the list holds it. */
export interface ImagePlace {
  readonly list: string;
  readonly type: ContainerType;
  readonly field: string;
  readonly item: (name: string, image: string | undefined) => JsonObject;
}

const container = (name: string, image: string | undefined): JsonObject => ({
  name,
  ...(image !== undefined && { image }),
});

export const IMAGE_PLACES: readonly ImagePlace[] = [
  { list: 'initContainers', type: 'initContainer', field: 'image', item: container },
  { list: 'containers', type: 'container', field: 'image', item: container },
  { list: 'ephemeralContainers', type: 'ephemeralContainer', field: 'image', item: container },
  {
    list: 'volumes',
    type: 'imageVolume',
    field: 'image.reference',
    item: (name, image) => ({ name, image: image === undefined ? {} : { reference: image } }),
  },
];

/** A pod template whose pod spec has these lists; `containers` is there even when nothing is in it. */
export function podTemplate(lists: JsonObject): JsonObject {
  return { metadata: { labels: { app: 'x' } }, spec: { containers: [], ...lists } };
}

/** An AdmissionRequest as the API server makes it; a Pod's CREATE if nothing else is said. */
export function admissionRequest(parts: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    operation: 'CREATE',
    namespace: 'default',
    name: 'x',
    userInfo: { username: 'jane', groups: ['system:authenticated'] },
    dryRun: false,
    ...parts,
  };
}

/** A Pod's CREATE with containers of these images, by name. */
export function podCreate(
  images: Readonly<Record<string, string>>,
  parts: Partial<AdmissionRequest> = {},
): AdmissionRequest {
  const containers = Object.entries(images).map(([name, image]) => ({ name, image }));
  return admissionRequest({ object: { metadata, spec: { containers } }, ...parts });
}

/** The review around a request. */
export function admissionReview(request: AdmissionRequest) {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request } as const;
}
