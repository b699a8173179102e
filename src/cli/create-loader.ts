import type { Environment } from '../gate/settings.ts';
import { createRulesetLoader, type RulesetLoader, type PolicyInput } from '../ruleset/load-ruleset.ts';
import type { AnyRule } from '../rule/rule.ts';
import { loadRules } from '../rule-file/load-rules.ts';
import type { RuleWatch } from '../sandbox/sandboxed-rule.ts';
import { fileURLToPath } from 'node:url';
import { printable } from '../mistake/printable.ts';
import type { Output } from './mistakes-block.ts';
import type { ClusterChoice } from '../cluster/cluster-client.ts';
import { readFile, stat } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { messageOf, MistakesError } from '../mistake/mistake.ts';
import { policyOfText } from '../config-map/policy-of-text.ts';
import { readPolicyFolder } from '../policy/policy-folder.ts';

export interface LoaderOptions {
  readonly environment: Environment;
  readonly policyDir: string | undefined;
  readonly rulesDir: string | undefined;
  readonly watch: RuleWatch;
}

/** The loader of rulesets: built-in rules are imported now, custom ones run only in the sandbox. */
export async function createLoader({ watch, ...options }: LoaderOptions): Promise<RulesetLoader> {
  const builtIn = await builtInRules();
  const takenNames = new Map(builtIn.map(({ meta: { name } }) => [name, 'ImageGate itself']));
  return createRulesetLoader({
    ...options,
    builtIn,
    loadCustomRules: async (files, optionsByRule) => {
      const { loadCustomRules } = await import('../sandbox/load-custom-rules.ts');
      return loadCustomRules({ files, options: optionsByRule, takenNames, watch });
    },
  });
}

let loading: Promise<readonly AnyRule[]> | undefined;

/** The built-in rules, imported once. */
export async function builtInRules(): Promise<readonly AnyRule[]> {
  return (loading ??= loadRules(BUILT_IN_RULES));
}

/** In the built package: this file is in build/src/cli, and the rules are in build/rules. */
const BUILT_IN_RULES = fileURLToPath(new URL('../../rules', import.meta.url));

/**
 * A loader for `test-policy` and `test-rules`: it ignores the environment's policy, and prints the output of rules to
 * stderr.
 *
 * @param asked called with the steps of each check of a custom rule
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
 * The input with the policy named on the command line: a policy.yaml, manifests of ConfigMaps, whose rules are added, a
 * folder of keys, or `cluster`; `-` is the standard input.
 *
 * @throws {MistakesError} if it is unreadable.
 */
export async function withPolicyAt(path: string, input: PolicyInput, choice: ClusterChoice = {}): Promise<PolicyInput> {
  const { ruleFiles, ...rest } = await readPolicyAt(path, choice);
  return { ...input, ...rest, ruleFiles: [...input.ruleFiles, ...ruleFiles] };
}

/** On the command line, the policy that is in force in the cluster. */
export const CLUSTER = 'cluster';

async function readPolicyAt(path: string, choice: ClusterChoice): Promise<PolicyInput> {
  if (path === CLUSTER) return (await import('../cluster/cluster-policy.ts')).clusterPolicy(choice);
  const remedy = 'Name a policy.yaml, a manifest of the ConfigMap, or a folder with a file for each key.';
  return readNamed(path, remedy, async () => {
    if (path === '-') return policyOfText(await textOf(process.stdin), 'standard input');
    if ((await stat(path)).isDirectory()) return { policy: await readPolicyFolder(path), ruleFiles: [] };
    return policyOfText(await readFile(path, 'utf8'), path);
  });
}

/** What `read` makes of a path on the command line. @throws {MistakesError} if it throws. */
export async function readNamed<T>(path: string, remedy: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const [source, expected] = [{ name: path }, 'a file or a folder that can be read'];
    const found = messageOf(error);
    throw new MistakesError([{ code: 'policy-folder-unreadable', source, expected, found, remedy }]);
  }
}
