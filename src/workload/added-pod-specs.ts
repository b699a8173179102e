import equal from 'fast-deep-equal';
import { limitItems } from './item-limit.ts';
import { isObject, typeName, UnreadableWorkloadError } from './json-object.ts';
import type { PodSpec, WorkloadRequest } from './pod-spec.ts';

/** Stands for each item of a list in a path. */
const EACH = '*';

/** Paths to pod specs by `group/kind`: each ends in `spec`, and `*` stands for each item of a list. */
export type PodSpecPaths = ReadonlyMap<string, readonly string[]>;

/** A value in an object, and the way to it. */
interface Found {
  readonly keys: readonly (string | number)[];
  readonly value: unknown;
}

/**
 * The pod specs of a kind that the operator added. Such an object may do without them (an Argo Rollout can refer to a
 * Deployment), so what is absent on the way is passed over. Items of a list are compared with the old ones by their place.
 *
 * @throws {UnreadableWorkloadError} when something on the way is neither absent nor what the path says.
 */
export function addedPodSpecs(request: WorkloadRequest, path: readonly string[]): readonly PodSpec[] {
  const { kind } = request.kind;
  return valuesAt(request.object, path.slice(0, -1), kind).flatMap(({ keys, value: pod }) => {
    const [found] = valuesAt(pod, path.slice(-1), kind, keys);
    if (found === undefined) return [];
    if (!isObject(found.value)) throw unreadable(found, 'an object', kind);
    const oldPod = request.operation === 'UPDATE' ? valueAt(request.oldObject, keys) : undefined;
    const oldSpec = isObject(oldPod) && isObject(oldPod['spec']) ? oldPod['spec'] : undefined;
    const template = keys.length > 0;
    return [
      {
        spec: found.value,
        oldSpec,
        fieldPath: fieldPath(found.keys),
        template,
        changed: !template || !equal(pod, oldPod),
      },
    ];
  });
}

/** What there is at a path, for each item of the lists on the way. */
function valuesAt(root: unknown, path: readonly string[], kind: string, before: Found['keys'] = []): readonly Found[] {
  let values: readonly Found[] = [{ keys: before, value: root }];
  for (const key of path)
    values = key === EACH ? items(values, kind) : values.flatMap((found) => field(found, key, kind));
  return values;
}

function items(lists: readonly Found[], kind: string): readonly Found[] {
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

function field(found: Found, key: string, kind: string): readonly Found[] {
  if (!isObject(found.value)) throw unreadable(found, 'an object', kind);
  return present({ keys: [...found.keys, key], value: found.value[key] });
}

function present(found: Found): readonly Found[] {
  return found.value === undefined || found.value === null ? [] : [found];
}

/** What an old object has at the same place, as far as it can be read. */
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
