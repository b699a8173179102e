import { readFile, stat } from 'node:fs/promises';
import { messageOf, MistakesError } from '../mistake/mistake.ts';
import { policyOfText } from '../config-map/policy-of-text.ts';
import { readPolicyFolder } from '../policy/policy-folder.ts';
import type { Written } from '../ruleset/load-ruleset.ts';

/**
 * What would be written, were the policy the one that somebody names on the command line: a policy.yaml, manifests of
 * ConfigMaps, whose rules come beside those that are there, or a folder of keys.
 *
 * @throws {MistakesError} when it cannot be read.
 */
export async function withPolicyAt(path: string, written: Written): Promise<Written> {
  const { policy, ruleFiles } = await readPolicyAt(path);
  return { ...written, policy, ruleFiles: [...written.ruleFiles, ...ruleFiles] };
}

async function readPolicyAt(path: string): Promise<Pick<Written, 'policy' | 'ruleFiles'>> {
  try {
    if ((await stat(path)).isDirectory()) return { policy: await readPolicyFolder(path), ruleFiles: [] };
    return policyOfText(await readFile(path, 'utf8'), path);
  } catch (error) {
    const remedy = 'Name a policy.yaml, a manifest of the ConfigMap, or a folder with a file for each key.';
    const [source, expected] = [{ name: path }, 'a file or a folder that can be read'];
    const found = messageOf(error);
    throw new MistakesError([{ code: 'policy-folder-unreadable', source, expected, found, remedy }]);
  }
}
