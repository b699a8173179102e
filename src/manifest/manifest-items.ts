import { InvalidReviewError, parseReview, type AdmissionRequest } from '../admission/admission-review.ts';
import type { Location, Mistake, Source } from '../mistake/mistake.ts';
import { isObject, type JsonObject } from '../workload/json-object.ts';
import { kubectlScalar } from '../yaml/kubectl-scalar.ts';
import type { WrittenScalar } from '../yaml/written-scalar.ts';
import { type YamlDialect, type YamlDocument, yamlDocuments } from '../yaml/yaml-document.ts';
import { manifestTexts } from './manifest-texts.ts';

/** A Kubernetes object, not yet validated but for these. */
export interface KubernetesObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ManifestObject {
  readonly object: KubernetesObject;
  /** The request, if the document is a recorded AdmissionReview; `object` is that then. */
  readonly request?: AdmissionRequest;
  /** The location of the value at a field path of the object to judge or, if it is absent, of what it should be in. */
  readonly where: (fieldPath: string) => Location;
  /** The scalar at a field path, as it is written; absent if it is in no file. */
  readonly scalarAt?: (fieldPath: string) => WrittenScalar | undefined;
}

/** What is in a manifest: an object, what cannot be read, or something else, which is skipped. */
export type ManifestItem = ManifestObject | { readonly mistake: Mistake } | { readonly skipped: Location };

/** What is wrong with manifests has one code. */
export const MANIFEST_INVALID = 'manifest-invalid';

/** As kubectl reads. An object of more than 3 MiB the API server refuses. */
export const MANIFEST: YamlDialect = {
  readScalar: kubectlScalar,
  isLenient: true,
  maxLength: 4 * 1024 * 1024,
  maxDepth: 100,
  maxAliases: 1000,
  maxValues: 1_000_000,
  code: MANIFEST_INVALID,
};

/**
 * The objects of a stream of manifests, those of lists one by one. Holds one document at a time, and goes on after one that
 * cannot be read.
 *
 * @param name of the file, for locations
 * @param word documents without it are left out
 */
export async function* manifestItems(
  chunks: AsyncIterable<string>,
  name: string,
  word = '',
): AsyncGenerator<ManifestItem> {
  let list: unknown;
  for await (const { text, ...place } of manifestTexts(chunks, MANIFEST.maxLength)) {
    const part = 'part' in place ? place.part : 'object';
    if (part === 'head') list = jsonOf(text);
    if (part === 'head' || !text.includes(word)) continue;
    for (const document of documentsOf(text, { name, ...place })) {
      // Others may follow from the first.
      const [mistake] = document.mistakes;
      const value = part === 'item' ? withTypeOf(list, document.value) : document.value;
      if (mistake !== undefined) yield { mistake };
      else if (part === 'item' && !isKubernetesObject(value)) yield { mistake: withoutType(document) };
      else if (value !== undefined) yield* itemsOf(value, document, []);
    }
  }
}

/** JSON is read as such, which is quicker; where something stands is found only when it is asked for. */
function* documentsOf(text: string, source: Source): Generator<YamlDocument> {
  const value = text.length > MANIFEST.maxLength ? undefined : jsonOf(text);
  if (value === undefined) return yield* yamlDocuments(text, source, MANIFEST);
  let located: YamlDocument | undefined;
  const document = (): YamlDocument => (located ??= yamlDocuments(text, source, MANIFEST).next().value!); // there is one
  const [where, whereValue] = (['where', 'whereValue'] as const).map(
    (name): YamlDocument['where'] =>
      (...path) =>
        document()[name](...path),
  ) as [YamlDocument['where'], YamlDocument['where']];
  yield { value, where, whereValue, scalarAt: (...path) => document().scalarAt(...path), mistakes: [] };
}

function jsonOf(text: string): unknown {
  try {
    return /^\s*\{/.test(text) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function withoutType({ whereValue }: YamlDocument): Mistake {
  const remedy = 'Write both into each item, or before the items of the list.';
  const words = { expected: 'an object with apiVersion and kind', found: 'none', remedy };
  return { code: MANIFEST_INVALID, ...whereValue(), ...words };
}

function tooDeep({ whereValue }: YamlDocument): Mistake {
  const words = { expected: 'lists within lists', found: `more than ${MANIFEST.maxDepth / 2} levels of them` };
  return { code: MANIFEST_INVALID, ...whereValue(), ...words, remedy: 'Write the objects as documents of their own.' };
}

type Path = readonly (string | number)[];

function* itemsOf(value: unknown, document: YamlDocument, path: Path): Generator<ManifestItem> {
  const items = isObject(value) ? value['items'] : undefined;
  if (path.length > MANIFEST.maxDepth) yield { mistake: tooDeep(document) };
  else if (!isKubernetesObject(value)) yield { skipped: document.whereValue(...path) };
  else if (value.kind.endsWith('List') && Array.isArray(items)) {
    for (const [index, item] of items.entries())
      yield* itemsOf(withTypeOf(value, item), document, [...path, 'items', index]);
  } else
    yield value.kind === 'AdmissionReview' ? recorded(value, document, path) : manifestObject(value, document, path);
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return isObject(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string';
}

/** The API server leaves out the type of what is in a PodList. */
function withTypeOf(list: unknown, item: unknown): unknown {
  if (!isObject(item) || !isKubernetesObject(list) || list.kind === 'List') return item;
  const { apiVersion, kind } = list;
  return { apiVersion, kind: kind.slice(0, -'List'.length), ...item };
}

function recorded(object: KubernetesObject, document: YamlDocument, path: Path): ManifestItem {
  try {
    const { request } = parseReview(object);
    return { ...manifestObject(object, document, [...path, 'request', 'object']), request };
  } catch (error) {
    if (!(error instanceof InvalidReviewError)) throw error;
    const remedy = 'Record what the API server sends: an AdmissionReview with its request.';
    const words = { expected: 'a whole AdmissionReview', found: error.message, remedy };
    return { mistake: { code: MANIFEST_INVALID, ...document.whereValue(...path), ...words } };
  }
}

function manifestObject(object: KubernetesObject, document: YamlDocument, path: Path): ManifestObject {
  const { whereValue, scalarAt } = document;
  const inDocument = (fieldPath: string): Path => [...path, ...(fieldPath.match(/[^.[\]]+/g) ?? [])];
  return {
    object,
    where: (fieldPath) => whereValue(...inDocument(fieldPath)),
    scalarAt: (fieldPath) => scalarAt(...inDocument(fieldPath)),
  };
}
