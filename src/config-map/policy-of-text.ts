import type { Location, Mistake } from '../mistake/mistake.ts';
import { configMapManifest, isManifest } from './manifest.ts';
import { policyKeysOf, ruleFilesOf } from './config-map.ts';
import { POLICY_YAML } from '../policy/flat-keys.ts';
import type { PolicyInput } from '../ruleset/load-ruleset.ts';
import { kubectlScalar } from '../yaml/kubectl-scalar.ts';
import { STRICT_YAML, type YamlDocument, yamlDocuments } from '../yaml/yaml-document.ts';

/**
 * Reads a file as manifests of ConfigMaps if any of its documents is a manifest, else as policy.yaml.
 *
 * @param path its name in messages
 */
export function policyOfText(text: string, path: string): Pick<PolicyInput, 'policy' | 'ruleFiles'> {
  const source = { name: path };
  // A policy.yaml is read by the gate itself, from its text.
  const documents = [...yamlDocuments(text, source, { ...STRICT_YAML, readScalar: kubectlScalar })];
  if (documents.some(isManifest)) return policyOfManifests(documents);
  const keys = new Map([[POLICY_YAML, { text, source }]]);
  return { policy: { keys, mistakes: [] }, ruleFiles: [] };
}

/** Several ConfigMaps, as if mounted as one folder. */
function policyOfManifests(documents: readonly YamlDocument[]): Pick<PolicyInput, 'policy' | 'ruleFiles'> {
  const manifests = documents.map((document) => ({ ...configMapManifest(document), where: document.where }));
  const policies = manifests.map(({ configMap, name }) => policyKeysOf(configMap, name));
  const taken = new Set<string>();
  const twice = manifests.flatMap(({ configMap: { data }, where }) =>
    Object.keys(data ?? {}).flatMap((key) => {
      if (taken.has(key)) return [inTwo(key, where('data', key))];
      taken.add(key);
      return [];
    }),
  );
  return {
    policy: {
      keys: new Map(policies.flatMap(({ keys }) => [...keys])),
      mistakes: [...manifests, ...policies].flatMap(({ mistakes }) => mistakes).concat(twice),
    },
    ruleFiles: manifests.flatMap(({ configMap, name }) => ruleFilesOf(configMap, name)),
  };
}

function inTwo(key: string, where: Location): Mistake {
  return {
    code: 'policy-key-conflict',
    ...where,
    expected: 'each key in one ConfigMap',
    found: `${JSON.stringify(key)} again`,
    remedy: 'Both would be mounted as one folder, where only one of them can be seen: remove the other.',
  };
}
