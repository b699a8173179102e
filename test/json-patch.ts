type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: Json;
}

/**
 * Applies a JSON Patch as strictly as RFC 6902 is: what is not there can be neither replaced nor removed, and nothing is added
 * to what is no object.
 *
 * @throws Error where an operation does not apply, as the API server then fails the request
 */
export function applyPatch(document: unknown, patch: unknown): unknown {
  const root = { '': structuredClone(document) as Json };
  for (const { op, path, value } of patch as readonly Operation[]) {
    const keys = path.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (path !== '' && keys[0] !== '') throw new Error(`${path} is no pointer`);
    const last = keys.pop()!;
    const parent = keys.reduce<Json>((at, key) => child(at, key, path), root);
    if (op === 'add') set(parent, last, value!, path, Array.isArray(parent));
    else if (op === 'replace') {
      child(parent, last, path);
      set(parent, last, value!, path, false);
    } else if (op === 'remove') {
      child(parent, last, path);
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else delete (parent as Record<string, Json>)[last];
    } else throw new Error(`${op} is unexpected`);
  }
  return root[''];
}

function child(parent: Json, key: string, path: string): Json {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) throw new Error(`no ${path}`);
  if (Array.isArray(parent) && !/^(?:0|[1-9]\d*)$/.test(key)) throw new Error(`no ${path}`);
  return (parent as Record<string, Json>)[key]!;
}

function set(parent: Json, key: string, value: Json, path: string, insert: boolean): void {
  if (value === undefined) throw new Error(`${path} has no value`);
  if (typeof parent !== 'object' || parent === null) throw new Error(`no parent of ${path}`);
  if (insert) (parent as Json[]).splice(key === '-' ? (parent as Json[]).length : Number(key), 0, value);
  else (parent as Record<string, Json>)[key] = value;
}

/** The operations of an AdmissionResponse; none where it has no patch. */
export function operationsOf({
  patch,
  patchType,
}: {
  readonly patch?: string;
  readonly patchType?: string;
}): readonly Operation[] {
  if ((patch === undefined) !== (patchType === undefined)) throw new Error('patch and patchType belong together');
  return patch === undefined ? [] : (JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) as Operation[]);
}
