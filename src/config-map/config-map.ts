import { shown } from '../mistake/mistake.ts';
import { isKeyName, type PolicyFolder } from '../policy/policy-folder.ts';

/** What of a ConfigMap holds the policy. */
export interface PolicyConfigMap {
  readonly data?: Readonly<Record<string, string>> | null;
  /** Base64, where kubectl found a file that is no text. */
  readonly binaryData?: Readonly<Record<string, string>> | null;
}

/** The keys of a ConfigMap as `readPolicyFolder` would find them, were it mounted. */
export function policyKeysOf({ data, binaryData }: PolicyConfigMap): PolicyFolder {
  const texts = Object.entries(data ?? {}).filter(([key]) => isKeyName(key));
  // Rules as well: mounted they are files like any other, but what they say is not to be seen here.
  const binary = Object.keys(binaryData ?? {}).filter((key) => !key.startsWith('.'));
  return {
    keys: new Map(
      texts.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, text]) => [key, { text, where: `${key} (ConfigMap)` }]),
    ),
    mistakes: binary.toSorted().map((key) => ({
      code: 'policy-key-binary',
      where: `binaryData, ${key} (ConfigMap)`,
      expected: 'policy and rules in data alone',
      found: shown(key),
      remedy: 'Write it as text, in UTF-8.',
    })),
  };
}
