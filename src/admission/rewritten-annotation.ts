import { isObject, type JsonObject, property, textOf } from '../workload/json-object.ts';
import { escapedKey, type PatchOperation } from './json-patch.ts';

/** The annotation of a pod that tells which of its images were rewritten, and what stood there. */
export const REWRITTEN = 'imagegate/rewritten';

/** What was written, by `containers/NAME` and the like; `MORE` counts what did not fit. */
export type Originals = Readonly<Record<string, string>>;

/** The key that counts entries which did not fit. No image has it: theirs have a slash. */
export const MORE = 'more';

export const MAX_ANNOTATION_BYTES = 16 * 1024;
/** Of all annotations together, keys and values: `TotalAnnotationSizeLimitB` in k8s.io/apimachinery's pkg/api/validation. */
export const MAX_ALL_ANNOTATIONS_BYTES = 256 * 1024;
/** More than an entry takes: a name has 63 characters, and a reference that can be read some 530. */
export const MAX_ENTRY_BYTES = 1024;

const UTF8 = new TextEncoder();

export const NO_ORIGINALS: Originals = Object.freeze({});

/** The annotation as it stands in an object. */
export function writtenAnnotation(object: unknown): string | undefined {
  const text = property(property(property(object, 'metadata'), 'annotations'), REWRITTEN);
  return typeof text === 'string' ? text : undefined;
}

/** The entries of an annotation, which a stranger may have written: none where it cannot be ours. */
export function readOriginals(text: string | undefined): Originals {
  if (text === undefined || text.length > MAX_ANNOTATION_BYTES) return NO_ORIGINALS;
  try {
    const entries: unknown = JSON.parse(text);
    if (!isObject(entries)) return NO_ORIGINALS;
    // An empty one would be patched into a field that is not there.
    return Object.fromEntries(Object.entries(entries).filter(([, value]) => textOf(value) !== undefined)) as Originals;
  } catch {
    return NO_ORIGINALS;
  }
}

/**
 * The annotation with these entries, as many as fit, and the number of the others; `undefined` for none.
 *
 * @param images how many images the pod has
 * @param counted what an annotation counts already. It cannot be looked into, so it is taken only where there is no room for
 *   another entry.
 */
export function annotationText(
  originals: readonly (readonly [key: string, written: string])[],
  { images, counted, room }: { readonly images: number; readonly counted: string | undefined; readonly room: number },
): string | undefined {
  const parts: string[] = [];
  // The braces, and the longest count.
  let bytes = 2 + ',"more":"999999"'.length;
  for (const [key, written] of originals) {
    const part = `${JSON.stringify(key)}:${JSON.stringify(written)}`;
    const longer = bytes + utf8Bytes(part) + 1;
    if (longer > room) continue;
    parts.push(part);
    bytes = longer;
  }
  const isFull = bytes + MAX_ENTRY_BYTES > room;
  const before = isFull && counted !== undefined && /^[1-9]\d{0,5}$/.test(counted) ? Number(counted) : 0;
  const more = Math.min(originals.length - parts.length + before, images - parts.length);
  if (more > 0 && bytes <= room) parts.push(`"${MORE}":"${more}"`);
  return parts.length === 0 ? undefined : `{${parts.join()}}`;
}

/** How many bytes the annotation may have beside the others, past which the API server would refuse the pod. */
export function annotationRoom(object: unknown): number {
  const annotations = property(property(object, 'metadata'), 'annotations');
  let left = MAX_ALL_ANNOTATIONS_BYTES - REWRITTEN.length;
  if (!isObject(annotations)) return MAX_ANNOTATION_BYTES;
  for (const [key, value] of Object.entries(annotations)) {
    if (key !== REWRITTEN) left -= utf8Bytes(key) + utf8Bytes(String(value));
  }
  return Math.min(MAX_ANNOTATION_BYTES, left);
}

function utf8Bytes(text: string): number {
  return /[\u0080-\uFFFF]/.test(text) ? UTF8.encode(text).length : text.length;
}

/** What makes the annotation of an object this text, or removes it; nothing where it is so. */
export function annotationPatch(object: unknown, text: string | undefined): readonly PatchOperation[] {
  const metadata = property(object, 'metadata');
  const annotations = property(metadata, 'annotations');
  const path = `/metadata/annotations/${escapedKey(REWRITTEN)}`;
  const isThere = isObject(annotations) && Object.hasOwn(annotations, REWRITTEN);
  if (text === undefined) return isThere ? [{ op: 'remove', path }] : [];
  if (isObject(annotations)) {
    if (!isThere) return [{ op: 'add', path, value: text }];
    return annotations[REWRITTEN] === text ? [] : [{ op: 'replace', path, value: text }];
  }
  const value: JsonObject = { [REWRITTEN]: text };
  if (isAbsent(annotations) && isObject(metadata)) return [{ op: 'add', path: '/metadata/annotations', value }];
  // Something else than an object, as the API server never sends: it is left as it is.
  return isAbsent(metadata) ? [{ op: 'add', path: '/metadata', value: { annotations: value } }] : [];
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
