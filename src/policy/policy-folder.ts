import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, shown, type Mistake, type Source } from '../mistake/mistake.ts';
import { hasRuleExtension } from '../rule-file/rule-files.ts';
import type { ConfigValue } from './flat-keys.ts';

/** The readable keys of a policy folder or of its ConfigMap. */
export interface PolicyFolder {
  readonly keys: ReadonlyMap<string, ConfigValue>;
  /** For a folder, files or keys that are unreadable. */
  readonly mistakes: readonly Mistake[];
}

/**
 * Reads the folder of a mounted ConfigMap, a file per key. Without a folder there are no keys.
 *
 * @param hasRules whether it is also RULES_DIR; if not, files of code are unknown keys
 */
export async function readPolicyFolder(folder: string | undefined, hasRules = true): Promise<PolicyFolder> {
  const keys = new Map<string, ConfigValue>();
  const mistakes: Mistake[] = [];
  if (folder === undefined) return { keys, mistakes };
  let names: string[] = [];
  try {
    names = await readdir(folder);
  } catch (error) {
    mistakes.push(unreadable({ name: `POLICY_DIR ${folder}` }, 'a folder that can be read', error));
  }
  if (!hasRules)
    mistakes.push(
      ...names
        .filter(isCodeName)
        .toSorted()
        .map((name) => rulesElsewhere(folder, name)),
    );
  for (const name of names.filter(isKeyName).toSorted()) {
    const path = join(folder, name);
    try {
      // oxlint-disable-next-line no-await-in-loop -- there are a handful
      keys.set(name, { text: await readFile(path, 'utf8'), source: { name, in: path } });
    } catch (error) {
      mistakes.push(unreadable({ name: path }, 'a file that can be read', error));
    }
  }
  return { keys, mistakes };
}

/**
 * Whether a name is that of a policy key, known or not. Names that begin with a dot are the kubelet's (`..data`); code
 * files are rules, if POLICY_DIR and RULES_DIR are one folder.
 */
export function isKeyName(name: string): boolean {
  return !name.startsWith('.') && !hasRuleExtension(name);
}

function isCodeName(name: string): boolean {
  return !name.startsWith('.') && hasRuleExtension(name);
}

function rulesElsewhere(folder: string, name: string): Mistake {
  return {
    code: 'policy-key-unknown',
    source: { name, in: join(folder, name) },
    expected: 'a key that the policy has',
    found: shown(name),
    remedy: 'If it is a rule, set RULES_DIR to this folder too, or move it to where RULES_DIR is.',
  };
}

function unreadable(source: Source, expected: string, error: unknown): Mistake {
  const remedy = 'Check that the ConfigMap is mounted there and that the user of the process may read it.';
  return { code: 'policy-folder-unreadable', source, expected, found: messageOf(error), remedy };
}
