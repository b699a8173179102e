import { readReference } from '../image/read-reference.ts';
import type { ImageReference, InvalidReferenceError } from '../image/reference.ts';
import { isObject, type JsonObject, limitItems, typeName, UnreadableWorkloadError } from './json-object.ts';
import type { PodSpec } from './pod-spec.ts';

/** The four places in a pod spec where an image can stand. */
export type ContainerType = 'initContainer' | 'container' | 'ephemeralContainer' | 'imageVolume';

/** An image that a request brings, and where it stands. */
export interface ContainerImage {
  /** As written; empty where the field is missing. */
  readonly raw: string;
  /** The reference, or why there is none. */
  readonly reference: ImageReference | InvalidReferenceError;
  readonly container: ContainerPlace;
  /** Of the pod spec, as written. */
  readonly serviceAccountName: string | undefined;
  /** The image was there before the request: whatever is wrong with it is worth a warning, never a denial. */
  readonly unchanged: boolean;
}

export interface ContainerPlace {
  /** The container's name, or the volume's. A container without one is called by its place: `containers[0]`. */
  readonly name: string;
  readonly type: ContainerType;
  /** Where the image is written: `spec.template.spec.containers[0].image`. */
  readonly fieldPath: string;
  /** As written; `undefined` where it is absent. */
  readonly imagePullPolicy: string | undefined;
  /** What was written there before the request; `undefined` where nothing was, or nothing can be compared. */
  readonly oldImage: string | undefined;
}

interface Place {
  readonly list: string;
  readonly type: ContainerType;
  /** From an item of the list to the image: the object that holds it, if not the item itself, and the field. */
  readonly holder?: string;
  readonly field: string;
  /** Where the holder says when the image is pulled. */
  readonly pullPolicy: string;
}

const CONTAINER = { field: 'image', pullPolicy: 'imagePullPolicy' } as const;

/** In the order in which violations are told. A volume holds an image only where it has the key `image`. */
const PLACES: readonly Place[] = [
  { list: 'initContainers', type: 'initContainer', ...CONTAINER },
  { list: 'containers', type: 'container', ...CONTAINER },
  { list: 'ephemeralContainers', type: 'ephemeralContainer', ...CONTAINER },
  { list: 'volumes', type: 'imageVolume', holder: 'image', field: 'reference', pullPolicy: 'pullPolicy' },
];

/**
 * The images that a request brings, in the order of the pod spec: those that are new or changed, and in a changed
 * template also the unchanged ones, marked. An image is unchanged when the same list had the same text under the same
 * name; where a name is missing or repeated nothing can be compared, and all of that list is new.
 *
 * @throws {UnreadableWorkloadError} when a list or an item is not in the form that the API server sends, or there are more
 *   of them than it ever has.
 */
export function imagesToJudge(podSpecs: readonly PodSpec[]): readonly ContainerImage[] {
  limitItems(itemCount(podSpecs, 'spec'), 'object', 'containers and volumes');
  limitItems(itemCount(podSpecs, 'oldSpec'), 'oldObject', 'containers and volumes');
  const images: ContainerImage[] = [];
  for (const podSpec of podSpecs) {
    for (const place of PLACES) collectImages(podSpec, place, images);
  }
  return images;
}

function itemCount(podSpecs: readonly PodSpec[], key: 'spec' | 'oldSpec'): number {
  let count = 0;
  for (const { [key]: spec } of podSpecs) {
    for (const { list } of PLACES) {
      const items = spec?.[list];
      if (Array.isArray(items)) count += items.length;
    }
  }
  return count;
}

function collectImages(podSpec: PodSpec, place: Place, images: ContainerImage[]): void {
  const list = `${podSpec.fieldPath}.${place.list}`;
  const items = readList(podSpec.spec[place.list], list, place.type === 'container');
  const oldImages = oldImagesOf(podSpec.oldSpec, items, place);
  const serviceAccountName = textOrNone(podSpec.spec['serviceAccountName']);
  for (const [index, item] of items.entries()) {
    const itemPath = `${list}[${index}]`;
    if (!isObject(item)) throw unreadable(itemPath, 'an object', item);
    const holder = readHolder(item, place, itemPath);
    if (holder === undefined) continue;
    const fieldPath = `${itemPath}${place.holder === undefined ? '' : `.${place.holder}`}.${place.field}`;
    const raw = readImage(holder[place.field], fieldPath);
    const oldRaw = oldImages?.get(item['name']);
    const unchanged = oldRaw === raw;
    if (unchanged && !(podSpec.template && podSpec.changed)) continue;
    const container = {
      name: textOrNone(item['name']) || `${place.list}[${index}]`,
      type: place.type,
      fieldPath,
      imagePullPolicy: textOrNone(holder[place.pullPolicy]),
      oldImage: oldRaw === '' ? undefined : oldRaw,
    };
    images.push({ raw, reference: readReference(raw), container, serviceAccountName, unchanged });
  }
}

/** What rules are told beside the image is not worth a denial where it is not what the API server sends. */
function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Kubernetes leaves empty lists away, but for `containers`, which a pod cannot be without. */
function readList(value: unknown, fieldPath: string, required: boolean): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!required && (value === undefined || value === null)) return [];
  throw unreadable(fieldPath, 'a list', value);
}

/** The object that holds the image of an item; `undefined` for a volume of another type. */
function readHolder(item: JsonObject, { holder }: Place, itemPath: string): JsonObject | undefined {
  if (holder === undefined) return item;
  const value = item[holder];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw unreadable(`${itemPath}.${holder}`, 'an object', value);
  return value;
}

/** The image as written; empty where it is missing. */
function readImage(image: unknown, fieldPath: string): string {
  if (typeof image === 'string') return image;
  if (image === undefined || image === null) return '';
  throw unreadable(fieldPath, 'a string', image);
}

/** The old images of a place by name, empty where one is missing; `undefined` when there is nothing to compare with. */
function oldImagesOf(
  oldSpec: JsonObject | undefined,
  items: readonly unknown[],
  place: Place,
): ReadonlyMap<unknown, string> | undefined {
  const oldItems = oldSpec?.[place.list];
  if (!Array.isArray(oldItems) || !haveDistinctNames(items) || !haveDistinctNames(oldItems)) return undefined;
  const images = new Map<unknown, string>();
  for (const item of oldItems as readonly JsonObject[]) {
    const holder = place.holder === undefined ? item : item[place.holder];
    if (!isObject(holder)) continue;
    images.set(item['name'], textOrNone(holder[place.field]) ?? '');
  }
  return images;
}

function haveDistinctNames(items: readonly unknown[]): boolean {
  const names = new Set<unknown>();
  for (const item of items) {
    const name = isObject(item) ? item['name'] : undefined;
    if (typeof name !== 'string' || name === '' || names.has(name)) return false;
    names.add(name);
  }
  return true;
}

function unreadable(fieldPath: string, expected: string, found: unknown): UnreadableWorkloadError {
  return new UnreadableWorkloadError(`object.${fieldPath} must be ${expected}, found ${typeName(found)}`);
}
