import { extname } from 'node:path';
import { shown } from '../mistake/mistake.ts';
import { isKeyName, type PolicyFolder } from '../policy/policy-folder.ts';
import { isRuleName, type RuleFile } from '../rule-file/rule-files.ts';

/** The ConfigMaps of the policy and of custom rules, as deploy/ names and mounts them, and their namespace. */
export const OUR_CONFIG_MAPS: readonly string[] = ['imagegate-webhook-config', 'imagegate-webhook-rules'];
export const OUR_NAMESPACE = 'imagegate';

/** The parts of a ConfigMap that hold the policy. */
export interface PolicyConfigMap {
  readonly data?: Readonly<Record<string, string>> | null;
  /** Base64; kubectl puts files here that are not text. */
  readonly binaryData?: Readonly<Record<string, string>> | null;
}

/** The keys of a ConfigMap as `readPolicyFolder` would find them if it were mounted. */
export function policyKeysOf({ data, binaryData }: PolicyConfigMap, configMap: string): PolicyFolder {
  const texts = Object.entries(data ?? {}).filter(([key]) => isKeyName(key));
  // Includes rules: mounted they would be files like any other, but their text is not visible here.
  const binary = Object.keys(binaryData ?? {}).filter((key) => !key.startsWith('.'));
  const source = (name: string) => ({ name, in: 'ConfigMap', configMap });
  return {
    keys: new Map(texts.map(([key, text]) => [key, { text, source: source(key) }])),
    mistakes: binary.toSorted().map((key) => ({
      code: 'policy-key-binary',
      source: source(`binaryData, ${key}`),
      expected: 'policy and rules in data alone',
      found: shown(key),
      remedy: 'Write it as text, in UTF-8.',
    })),
  };
}

/** The rule files of a ConfigMap as `findRuleFiles` would find them if it were mounted. */
export function ruleFilesOf({ data }: PolicyConfigMap, configMap: string): readonly RuleFile[] {
  const siblings = data ?? {};
  return Object.keys(siblings)
    .filter(isRuleName)
    .toSorted()
    .map((key) => {
      const path = `ConfigMap ${configMap}/${key}`;
      return { name: key.slice(0, -extname(key).length), path, realpath: path, configMap, siblings };
    });
}
