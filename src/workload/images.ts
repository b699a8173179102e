import { readReference } from '../image/read-reference.ts';
import type { ImageReference, InvalidReferenceError } from '../image/reference.ts';
import { isObject, type JsonObject, limitItems, typeName, UnreadableWorkloadError } from './json-object.ts';
import type { PodSpec } from './pod-spec.ts';

/** The four kinds of places for an image in a pod spec. */
export type ContainerType = 'initContainer' | 'container' | 'ephemeralContainer' | 'imageVolume';

/** An image of the object under review, and its place. */
export interface ContainerImage {
  /** As written, or what is written in its place: what is judged. Empty if the field is absent. */
  readonly raw: string;
  /** The parsed reference, or why it is invalid. */
  readonly reference: ImageReference | InvalidReferenceError;
  readonly container: ContainerPlace;
  /** From the pod spec, as written. */
  readonly serviceAccountName: string | undefined;
  /** The image was there before the request: its violations warn, and never deny. */
  readonly unchanged: boolean;
  /** Of an image that is rewritten: the text in the object. */
  readonly written?: string;
  /** What rewrote it, in order. */
  readonly rewrites?: readonly { readonly rule: string; readonly mapping: string }[];
}

export interface ContainerPlace {
  /** The name of the container or volume; if absent, its place: `containers[0]`. */
  readonly name: string;
  readonly type: ContainerType;
  /** The field of the image: `spec.template.spec.containers[0].image`. */
  readonly fieldPath: string;
  /** As written; `undefined` if absent. */
  readonly imagePullPolicy: string | undefined;
  /** The image before the request; `undefined` if there was none, or it cannot be compared. */
  readonly oldImage: string | undefined;
}

interface Place {
  readonly list: string;
  readonly type: ContainerType;
  /** The object within a list item that holds the image, if not the item itself. */
  readonly holder?: string;
  readonly field: string;
  /** The holder's field with the pull policy. */
  readonly pullPolicy: string;
}

/** The list of a pod spec, by what is in it. */
export const LISTS = {
  initContainer: 'initContainers',
  container: 'containers',
  ephemeralContainer: 'ephemeralContainers',
  imageVolume: 'volumes',
} as const satisfies Record<ContainerType, string>;

const CONTAINER = { field: 'image', pullPolicy: 'imagePullPolicy' } as const;

/** In the order of violations in a message. A volume holds an image only if it has the key `image`. */
const PLACES: readonly Place[] = [
  { list: LISTS.initContainer, type: 'initContainer', ...CONTAINER },
  { list: LISTS.container, type: 'container', ...CONTAINER },
  { list: LISTS.ephemeralContainer, type: 'ephemeralContainer', ...CONTAINER },
  { list: LISTS.imageVolume, type: 'imageVolume', holder: 'image', field: 'reference', pullPolicy: 'pullPolicy' },
];

/**
 * The images to judge, in the order of the pod spec: new and changed ones, and in a changed template also the unchanged
 * ones, marked. An image is unchanged if the same list had the same text under the same name; if a name is missing or
 * repeated, all images of that list count as new.
 *
 * @throws {UnreadableWorkloadError} if a list or item is not of the form that the API server sends, or there are more of
 *   them than it can have.
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

/** A malformed field other than the image is treated as absent: it is no reason to deny. */
function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Kubernetes omits empty lists, except for `containers`, which a pod must have. */
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

/** The image as written; empty if absent. */
function readImage(image: unknown, fieldPath: string): string {
  if (typeof image === 'string') return image;
  if (image === undefined || image === null) return '';
  throw unreadable(fieldPath, 'a string', image);
}

/** The old images of a place by name, empty if one is absent; `undefined` if they cannot be compared. */
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
