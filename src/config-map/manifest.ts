import { Ajv, type ValidateFunction } from 'ajv';
import { shown, type Mistake } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import { isObject } from '../workload/json-object.ts';
import { OUR_CONFIG_MAPS, OUR_NAMESPACE, type PolicyConfigMap } from './config-map.ts';
import { schemaMistakes } from '../policy/schema-mistakes.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';

/** The valid parts of a ConfigMap's manifest, and its mistakes. */
export interface ConfigMapManifest {
  readonly name: string;
  readonly configMap: PolicyConfigMap;
  readonly mistakes: readonly Mistake[];
}

const KIND = 'ConfigMap';
const LEAVE_OUT = 'Leave it out; of a List, write each item as a document, with "---" between them.';
const MOUNTED =
  'The gate mounts no other, so this would never be in force. Where yours does, try its policy.yaml, or a folder of its keys.';

const TEXTS = {
  description: 'A key a line, each with its text.',
  type: 'object',
  additionalProperties: { description: 'A ConfigMap holds text.', type: 'string' },
};

/** What the API server accepts; metadata is left to it. */
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    apiVersion: { enum: ['v1'] },
    kind: {},
    metadata: { description: 'Its name and namespace.', type: 'object' },
    data: TEXTS,
    binaryData: TEXTS,
    immutable: { description: 'Whether it may be changed.', type: 'boolean' },
  },
};

// Without the meta-schema, which takes some 30 ms to compile.
const ajv = new Ajv({ meta: false, validateSchema: false, strict: true, allErrors: true, verbose: true });
let compiled: ValidateFunction | undefined;

/** Whether a document is meant as a Kubernetes object; policy.yaml has no such keys. */
export function isManifest({ value }: YamlDocument): boolean {
  return isObject(value) && (Object.hasOwn(value, 'kind') || Object.hasOwn(value, 'apiVersion'));
}

/** Reads a document as a ConfigMap. Any other kind is a mistake, since it would not be judged. */
export function configMapManifest({ value, where, mistakes }: YamlDocument): ConfigMapManifest {
  if (!isObject(value) || value['kind'] !== KIND) {
    const another = value === undefined ? [] : [anotherKind(value, where)];
    return { name: KIND, configMap: {}, mistakes: [...mistakes, ...another] };
  }
  const { metadata, data, binaryData } = value;
  // Once, and not where there is none.
  const isConfigMap = (compiled ??= ajv.compile(SCHEMA));
  const isFine = isConfigMap(withoutNulls(value));
  const wrong = isFine ? [] : schemaMistakes(isConfigMap.errors!, where, 'a ConfigMap'); // set whenever Ajv says no
  const name = isObject(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : KIND;
  const configMap = { data: textsOf(data), binaryData: textsOf(binaryData) };
  return { name, configMap, mistakes: [...mistakes, ...wrong, ...unmounted(metadata, where)] };
}

/** A name or namespace of no ConfigMap that is mounted: the API server would take it, and nothing would follow. */
function unmounted(metadata: unknown, where: YamlDocument['where']): readonly Mistake[] {
  const mounted = { name: OUR_CONFIG_MAPS, namespace: [OUR_NAMESPACE] };
  return Object.entries(mounted).flatMap(([field, names]): readonly Mistake[] => {
    const found = isObject(metadata) ? metadata[field] : undefined;
    if (typeof found !== 'string' || names.includes(found)) return [];
    const words = { expected: `the ${field} ${names.join(' or ')}`, found: shown(found) };
    const remedy = nearestName(found, names, MOUNTED);
    return [{ code: 'policy-yaml-invalid', ...where('metadata', field), ...words, ...remedy }];
  });
}

function anotherKind(value: unknown, where: YamlDocument['where']): Mistake {
  const kind = isObject(value) ? value['kind'] : value;
  const remedy = typeof kind === 'string' ? nearestName(kind, [KIND], LEAVE_OUT) : { remedy: LEAVE_OUT };
  return {
    code: 'policy-yaml-invalid',
    ...where('kind'),
    expected: `the kind ${KIND}`,
    found: shown(kind),
    ...remedy,
  };
}

/** A null value counts as absent. */
function withoutNulls(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

function textsOf(field: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(isObject(field) ? field : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
