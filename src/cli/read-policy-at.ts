import { readFile, stat } from 'node:fs/promises';
import { messageOf, MistakesError } from '../mistake/mistake.ts';
import { policyOfText } from '../policy/policy-of-text.ts';
import { readPolicyFolder, type PolicyFolder } from '../policy/policy-folder.ts';

/**
 * The policy that somebody names on the command line: a policy.yaml, a manifest of the ConfigMap, or a folder of keys.
 *
 * @throws {MistakesError} when it cannot be read.
 */
export async function readPolicyAt(path: string): Promise<PolicyFolder> {
  try {
    if ((await stat(path)).isDirectory()) return await readPolicyFolder(path);
    return policyOfText(await readFile(path, 'utf8'));
  } catch (error) {
    const remedy = 'Name a policy.yaml, a manifest of the ConfigMap, or a folder with a file for each key.';
    const mistake = { where: path, expected: 'a file or a folder that can be read', found: messageOf(error), remedy };
    throw new MistakesError([{ code: 'policy-folder-unreadable', ...mistake }]);
  }
}
