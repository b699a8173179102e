import { readReference } from '../image/read-reference.ts';
import type { ImageReference, InvalidReferenceError } from '../image/reference.ts';
import { limitItems } from './item-limit.ts';
import { isObject, typeName, UnreadableWorkloadError, type JsonObject } from './json-object.ts';
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
  /** The image was there before the request: whatever is wrong with it is worth a warning, never a denial. */
  readonly unchanged: boolean;
}

export interface ContainerPlace {
  /** The container's name, or the volume's. A container without one is called by its place: `containers[0]`. */
  readonly name: string;
  readonly type: ContainerType;
  /** Where the image is written: `spec.template.spec.containers[0].image`. */
  readonly fieldPath: string;
}

interface Place {
  readonly list: string;
  readonly type: ContainerType;
  /** From an item of the list to the image: the object that holds it, if not the item itself, and the field. */
  readonly holder?: string;
  readonly field: string;
}

/** In the order in which violations are told. A volume holds an image only where it has the key `image`. */
const PLACES: readonly Place[] = [
  { list: 'initContainers', type: 'initContainer', field: 'image' },
  { list: 'containers', type: 'container', field: 'image' },
  { list: 'ephemeralContainers', type: 'ephemeralContainer', field: 'image' },
  { list: 'volumes', type: 'imageVolume', holder: 'image', field: 'reference' },
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
  const oldImages = unchangedImages(podSpec.oldSpec, items, place);
  for (const [index, item] of items.entries()) {
    const itemPath = `${list}[${index}]`;
    if (!isObject(item)) throw unreadable(itemPath, 'an object', item);
    const raw = readImage(item, place, itemPath);
    if (raw === undefined) continue;
    const unchanged = oldImages !== undefined && oldImages.get(item['name']) === raw;
    if (unchanged && !(podSpec.template && podSpec.changed)) continue;
    const name = typeof item['name'] === 'string' && item['name'] !== '' ? item['name'] : `${place.list}[${index}]`;
    const holder = place.holder === undefined ? itemPath : `${itemPath}.${place.holder}`;
    const container = { name, type: place.type, fieldPath: `${holder}.${place.field}` };
    images.push({ raw, reference: readReference(raw), container, unchanged });
  }
}

/** Kubernetes leaves empty lists away, but for `containers`, which a pod cannot be without. */
function readList(value: unknown, fieldPath: string, required: boolean): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!required && (value === undefined || value === null)) return [];
  throw unreadable(fieldPath, 'a list', value);
}

/** The image of an item as written; `undefined` for a volume of another type. */
function readImage(item: JsonObject, place: Place, itemPath: string): string | undefined {
  let holder = item;
  let fieldPath = itemPath;
  if (place.holder !== undefined) {
    const value = item[place.holder];
    if (value === undefined || value === null) return undefined;
    fieldPath += `.${place.holder}`;
    if (!isObject(value)) throw unreadable(fieldPath, 'an object', value);
    holder = value;
  }
  const image = holder[place.field];
  if (typeof image === 'string') return image;
  if (image === undefined || image === null) return '';
  throw unreadable(`${fieldPath}.${place.field}`, 'a string', image);
}

/** The old images of a place by name; `undefined` when there is nothing to compare with. */
function unchangedImages(
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
    const image = holder[place.field];
    images.set(item['name'], typeof image === 'string' ? image : '');
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
