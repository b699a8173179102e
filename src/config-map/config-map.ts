import { extname } from 'node:path';
import { shown } from '../mistake/mistake.ts';
import { isKeyName, type PolicyFolder } from '../policy/policy-folder.ts';
import { isRuleName, type RuleFile } from '../rule-file/rule-files.ts';

/** What of a ConfigMap holds the policy. */
export interface PolicyConfigMap {
  readonly data?: Readonly<Record<string, string>> | null;
  /** Base64, where kubectl found a file that is no text. */
  readonly binaryData?: Readonly<Record<string, string>> | null;
}

/** The keys of the ConfigMap of that name as `readPolicyFolder` would find them, were it mounted. */
export function policyKeysOf({ data, binaryData }: PolicyConfigMap, configMap: string): PolicyFolder {
  const texts = Object.entries(data ?? {}).filter(([key]) => isKeyName(key));
  // Rules as well: mounted they are files like any other, but what they say is not to be seen here.
  const binary = Object.keys(binaryData ?? {}).filter((key) => !key.startsWith('.'));
  const source = (name: string) => ({ name, in: 'ConfigMap', configMap });
  return {
    keys: new Map(
      texts.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, text]) => [key, { text, source: source(key) }]),
    ),
    mistakes: binary.toSorted().map((key) => ({
      code: 'policy-key-binary',
      source: source(`binaryData, ${key}`),
      expected: 'policy and rules in data alone',
      found: shown(key),
      remedy: 'Write it as text, in UTF-8.',
    })),
  };
}

/** The rule files of the ConfigMap of that name as `findRuleFiles` would find them, were it mounted. */
export function ruleFilesOf({ data }: PolicyConfigMap, configMap: string): readonly RuleFile[] {
  const beside = data ?? {};
  return Object.keys(beside)
    .filter(isRuleName)
    .toSorted()
    .map((key) => {
      const path = `ConfigMap ${configMap}/${key}`;
      return { name: key.slice(0, -extname(key).length), path, realpath: path, configMap, beside };
    });
}
