import equal from 'fast-deep-equal';
import { addedPodSpecs, type PodSpecPaths } from './added-pod-specs.ts';
import { isObject, type JsonObject, typeName, UnreadableWorkloadError } from './json-object.ts';

/** What of an AdmissionRequest says where its images stand. */
export interface WorkloadRequest {
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly userInfo?: { readonly username?: string; readonly groups?: readonly string[] | null };
  readonly object?: unknown;
  readonly oldObject?: unknown;
}

/** A pod spec within the object under review. */
export interface PodSpec {
  readonly spec: JsonObject;
  /** The same pod spec before the request; `undefined` where there was none that can be read. */
  readonly oldSpec: JsonObject | undefined;
  /** Where the pod spec stands, in kubectl's spelling: `spec.template.spec`. */
  readonly fieldPath: string;
  /** Whether pods are made from it later: then an unchanged image is worth a warning when the template changes. */
  readonly template: boolean;
  /** Whether the request changes it, or for a template, anything of the template. */
  readonly changed: boolean;
}

/** The kinds that carry a pod spec, as `group/kind`, and the path to the pod or the pod template in each. */
const POD_PATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ['/Pod', []],
  ['/PodTemplate', ['template']],
  ['/ReplicationController', ['spec', 'template']],
  ['apps/Deployment', ['spec', 'template']],
  ['apps/ReplicaSet', ['spec', 'template']],
  ['apps/StatefulSet', ['spec', 'template']],
  ['apps/DaemonSet', ['spec', 'template']],
  ['batch/Job', ['spec', 'template']],
  ['batch/CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
]);

/** The known kinds, as `group/kind`; the core group is empty. */
export const KNOWN_KINDS: readonly string[] = [...POD_PATHS.keys()];

/**
 * The pod specs of the object under review; `undefined` for a kind that is not known.
 *
 * @param morePaths the kinds that the operator added
 * @throws {UnreadableWorkloadError} when the kind is known and the object is not in its form.
 */
export function podSpecs(
  request: WorkloadRequest,
  morePaths: PodSpecPaths = new Map(),
): readonly PodSpec[] | undefined {
  const name = `${request.kind.group}/${request.kind.kind}`;
  const path = POD_PATHS.get(name);
  if (path === undefined) {
    const added = morePaths.get(name);
    return added && addedPodSpecs(request, added);
  }
  const pod = objectAt(request.object, path, request.kind.kind);
  const oldPod = request.operation === 'UPDATE' ? optionalObjectAt(request.oldObject, path) : undefined;
  const oldSpec = optionalObjectAt(oldPod, ['spec']);
  const fieldPath = [...path, 'spec'].join('.');
  const template = path.length > 0;
  return [
    {
      spec: objectAt(pod, ['spec'], request.kind.kind, path),
      oldSpec,
      fieldPath,
      template,
      changed: !template || !equal(pod, oldPod),
    },
  ];
}

function objectAt(root: unknown, path: readonly string[], kind: string, before: readonly string[] = []): JsonObject {
  let value = root;
  const walked = ['object', ...before];
  for (const key of path) {
    value = expectObject(value, walked, kind)[key];
    walked.push(key);
  }
  return expectObject(value, walked, kind);
}

function expectObject(value: unknown, walked: readonly string[], kind: string): JsonObject {
  if (isObject(value)) return value;
  throw new UnreadableWorkloadError(`${walked.join('.')} of a ${kind} must be an object, found ${typeName(value)}`);
}

function optionalObjectAt(root: unknown, path: readonly string[]): JsonObject | undefined {
  let value = root;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = value[key];
  }
  return isObject(value) ? value : undefined;
}

/**
 * Whether the request is a kubelet showing the API server a static pod. It runs already, so refusing it would hide it
 * and stop nothing. The annotation alone is anyone's to write; the identity is the API server's word.
 */
export function isMirrorPod(request: WorkloadRequest): boolean {
  if (request.kind.kind !== 'Pod' || request.kind.group !== '') return false;
  const { username = '', groups } = request.userInfo ?? {};
  if (!username.startsWith('system:node:') || !groups?.includes('system:nodes')) return false;
  const metadata = isObject(request.object) ? request.object['metadata'] : undefined;
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  return isObject(annotations) && Object.hasOwn(annotations, 'kubernetes.io/config.mirror');
}
