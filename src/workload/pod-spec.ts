import equal from 'fast-deep-equal';
import { isObject, type JsonObject, limitItems, typeName, UnreadableWorkloadError } from './json-object.ts';

/** The fields of an AdmissionRequest needed to find its images. */
export interface WorkloadRequest {
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly userInfo?: { readonly username?: string; readonly groups?: readonly string[] | null };
  readonly object?: unknown;
  readonly oldObject?: unknown;
}

/** A pod spec of the object under review. */
export interface PodSpec {
  readonly spec: JsonObject;
  /** The same pod spec before the request; `undefined` if there was none, or it is unreadable. */
  readonly oldSpec: JsonObject | undefined;
  /** The path to the pod spec, in kubectl's spelling: `spec.template.spec`. */
  readonly fieldPath: string;
  /** Whether it is a pod template: then unchanged images get a warning when the template changes. */
  readonly template: boolean;
  /** Whether the request changes it or, for a template, anything in the template. */
  readonly changed: boolean;
}

/** Stands for each item of a list in a path. */
const EACH = '*';

/** Paths to pod specs by `group/kind`: each ends in `spec`, and `*` stands for each item of a list. */
export type PodSpecPaths = ReadonlyMap<string, readonly string[]>;

/** The built-in kinds with a pod spec, as `group/kind`; the core group is empty. */
const KNOWN_PATHS: PodSpecPaths = new Map([
  ['/Pod', ['spec']],
  ['/PodTemplate', ['template', 'spec']],
  ['/ReplicationController', ['spec', 'template', 'spec']],
  ['apps/Deployment', ['spec', 'template', 'spec']],
  ['apps/ReplicaSet', ['spec', 'template', 'spec']],
  ['apps/StatefulSet', ['spec', 'template', 'spec']],
  ['apps/DaemonSet', ['spec', 'template', 'spec']],
  ['batch/Job', ['spec', 'template', 'spec']],
  ['batch/CronJob', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
]);

export const KNOWN_KINDS: readonly string[] = [...KNOWN_PATHS.keys()];

/** A value in an object, and the path to it. */
interface Found {
  readonly keys: readonly (string | number)[];
  readonly value: unknown;
}

/**
 * The pod specs of the object under review; `undefined` for an unknown kind.
 *
 * In a kind that the operator added, parts of the path may be absent (an Argo Rollout can refer to a Deployment). List
 * items are compared with the old ones by index.
 *
 * @param morePaths the kinds that the operator added
 * @throws {UnreadableWorkloadError} if a part of the path has the wrong type or, in a built-in kind, is absent.
 */
export function podSpecs(
  request: WorkloadRequest,
  morePaths: PodSpecPaths = new Map(),
): readonly PodSpec[] | undefined {
  const known = pathOf(request.kind);
  const path = known ?? pathOf(request.kind, morePaths);
  if (path === undefined) return undefined;
  const way = { kind: request.kind.kind, isOptional: known === undefined };
  const pods = valuesAt([{ keys: [], value: request.object }], path.slice(0, -1), way);
  return pods.flatMap((pod) => field(pod, 'spec', way).map((spec) => podSpec(request, pod, spec)));
}

/** Whether pods are made from objects of a kind, as far as is known. */
export function makesPods(kind: WorkloadRequest['kind'], morePaths: PodSpecPaths): boolean {
  return (pathOf(kind) ?? pathOf(kind, morePaths)) !== undefined;
}

function pathOf({ group, kind }: WorkloadRequest['kind'], paths = KNOWN_PATHS): readonly string[] | undefined {
  return paths.get(`${group}/${kind}`);
}

function podSpec({ kind, operation, oldObject }: WorkloadRequest, pod: Found, spec: Found): PodSpec {
  if (!isObject(spec.value)) throw unreadable(spec, 'an object', kind.kind);
  const oldPod = operation === 'UPDATE' ? valueAt(oldObject, pod.keys) : undefined;
  const oldSpec = isObject(oldPod) && isObject(oldPod['spec']) ? oldPod['spec'] : undefined;
  const template = pod.keys.length > 0;
  const changed = !template || !equal(pod.value, oldPod);
  return { spec: spec.value, oldSpec, fieldPath: fieldPath(spec.keys), template, changed };
}

/** An object's kind, and whether parts of the path may be absent. */
interface Way {
  readonly kind: string;
  readonly isOptional: boolean;
}

/** The values at a path, for each item of the lists on it. */
function valuesAt(found: readonly Found[], path: readonly string[], way: Way): readonly Found[] {
  let values = found;
  for (const key of path)
    values = key === EACH ? items(values, way) : values.flatMap((value) => field(value, key, way));
  return values;
}

function items(lists: readonly Found[], { kind }: Way): readonly Found[] {
  let count = 0;
  for (const found of lists) count += listOf(found, kind).length;
  limitItems(count, `object of a ${kind}`, 'items in its lists');
  return lists.flatMap((found) =>
    listOf(found, kind).flatMap((value, index) => present({ keys: [...found.keys, index], value })),
  );
}

function listOf(found: Found, kind: string): readonly unknown[] {
  if (!Array.isArray(found.value)) throw unreadable(found, 'a list', kind);
  return found.value;
}

function field(found: Found, key: string, { kind, isOptional }: Way): readonly Found[] {
  if (!isObject(found.value)) throw unreadable(found, 'an object', kind);
  const next = { keys: [...found.keys, key], value: found.value[key] };
  return isOptional ? present(next) : [next];
}

function present(found: Found): readonly Found[] {
  return found.value === undefined || found.value === null ? [] : [found];
}

/** The value at a path of the old object; `undefined` if there is none. */
function valueAt(root: unknown, keys: Found['keys']): unknown {
  return keys.reduce(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined,
    root,
  );
}

function fieldPath(keys: Found['keys']): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? key : `${path}.${key}`;
  }, '');
}

function unreadable({ keys, value }: Found, expected: string, kind: string): UnreadableWorkloadError {
  const path = fieldPath(['object', ...keys]);
  return new UnreadableWorkloadError(`${path} of a ${kind} must be ${expected}, found ${typeName(value)}`);
}

export function isPod({ group, kind }: WorkloadRequest['kind']): boolean {
  return group === '' && kind === 'Pod';
}

/**
 * Whether the request is a kubelet's mirror of a static pod. That runs already, so a denial would only hide it. Anyone can
 * set the annotation, but the API server vouches for the identity.
 */
export function isMirrorPod(request: WorkloadRequest): boolean {
  if (!isPod(request.kind)) return false;
  const { username = '', groups } = request.userInfo ?? {};
  if (!username.startsWith('system:node:') || !groups?.includes('system:nodes')) return false;
  const metadata = isObject(request.object) ? request.object['metadata'] : undefined;
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  return isObject(annotations) && Object.hasOwn(annotations, 'kubernetes.io/config.mirror');
}
