import type { Environment } from '../gate/settings.ts';
import { createRulesetLoader, type RulesetLoader, type Written } from '../ruleset/load-ruleset.ts';
import { loadRules } from '../rule-file/load-rules.ts';
import { loadCustomRules } from '../sandbox/load-custom-rules.ts';
import type { RuleWatch } from '../sandbox/sandboxed-rule.ts';
import { fileURLToPath } from 'node:url';
import { printable } from '../mistake/printable.ts';
import type { Output } from './mistakes-block.ts';
import { readFile, stat } from 'node:fs/promises';
import { messageOf, MistakesError } from '../mistake/mistake.ts';
import { policyOfText } from '../config-map/policy-of-text.ts';
import { readPolicyFolder } from '../policy/policy-folder.ts';

export interface LoaderOptions {
  readonly environment: Environment;
  readonly policyDir: string | undefined;
  readonly rulesDir: string | undefined;
  readonly watch: RuleWatch;
}

/** Makes the one loader of rulesets: built-in rules are imported here and now, custom ones only ever into the sandbox. */
export async function createLoader({ watch, ...options }: LoaderOptions): Promise<RulesetLoader> {
  const builtIn = await loadRules(BUILT_IN_RULES);
  const takenNames = new Map(builtIn.map(({ meta: { name } }) => [name, 'ImageGate itself']));
  return createRulesetLoader({
    ...options,
    builtIn,
    loadCustomRules: async (files, settings) => loadCustomRules({ files, settings, takenNames, watch }),
  });
}

/** In the built package: this file is build/src/cli/built-in-rules.js, and the rules are in build/rules. */
const BUILT_IN_RULES = fileURLToPath(new URL('../../rules', import.meta.url));

/**
 * A loader for the commands that try what a gate would load: nothing of this environment is a policy, and what a rule
 * prints goes to the standard error.
 *
 * @param asked is told of what each check of a custom rule used
 */
export async function createTrialLoader(
  rulesDir: string | undefined,
  { writeError }: Pick<Output, 'writeError'>,
  asked: (rule: string, steps: number) => void = () => {},
): Promise<RulesetLoader> {
  return createLoader({
    environment: {},
    policyDir: undefined,
    rulesDir,
    watch: {
      print: (rule, level, text) => writeError(`${level}: Custom rule output. ${rule} ${printable(text, 1024)}\n`),
      asked,
    },
  });
}

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
