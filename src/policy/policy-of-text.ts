import { isObject } from '../workload/json-object.ts';
import type { PolicyFolder } from './policy-folder.ts';
import { policyKeysOf, type PolicyConfigMap } from './policy-keys-of.ts';
import { POLICY_YAML } from './policy-yaml.ts';
import { readYaml } from './yaml-document.ts';

/** The keys of a file: of a ConfigMap, if it is the manifest of one, or else of policy.yaml alone. */
export function policyOfText(text: string): PolicyFolder {
  const { value } = readYaml(text, POLICY_YAML);
  if (isObject(value) && value['kind'] === 'ConfigMap') return policyKeysOf(textsOf(value));
  return { keys: new Map([[POLICY_YAML, { text, where: POLICY_YAML }]]), mistakes: [] };
}

/** What the API server would refuse is left to it. */
function textsOf({ data, binaryData }: { readonly [key: string]: unknown }): PolicyConfigMap {
  return { data: texts(data), binaryData: texts(binaryData) };
}

function texts(map: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(isObject(map) ? map : {}).map(([key, text]) => [key, String(text)]));
}
