/**
 * An operation of a JSON Patch (RFC 6902). A patch that does not apply fails the request, even under
 * `failurePolicy: Ignore`: hence no `test`, and only paths that are there. The API server applies the patch to the very object
 * that it sent.
 */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/**
 * The most of an answer's operations, in bytes, before base64. An object that fits into etcd (1.5 MiB by default; a volume with
 * an image has 23 bytes beside the reference, its operation some 75) never comes to as much. But one of 3 MiB, `{"image":"a"},`
 * and so on, would become an answer of 40, and the memory of those that nobody reads is not limited otherwise.
 */
export const MAX_PATCH_BYTES = 4 * 1024 ** 2;

/** Those of an operation beside its path and value. */
export const OPERATION_BYTES =
  JSON.stringify({ op: 'replace', path: '', value: '' } satisfies PatchOperation).length + 1;

/** `/spec/containers/0/image` for `spec.containers[0].image`, the path to a field of a known name. */
export function fieldPointer(fieldPath: string): string {
  return `/${fieldPath.replaceAll(/[.[\]]+/g, '/')}`;
}

/** A key as a part of a JSON Pointer (RFC 6901). */
export function escapedKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The patch in base64, as an AdmissionResponse holds it. */
export function encodedPatch(operations: readonly PatchOperation[]): string {
  // `btoa` takes Latin-1 alone, and a container's name is a stranger's text.
  return btoa(JSON.stringify(operations).replaceAll(/[\u0080-\uFFFF]/g, unicodeEscape));
}

function unicodeEscape(unit: string): string {
  return String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
