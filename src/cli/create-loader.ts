import type { Environment } from '../gate/settings.ts';
import { createRulesetLoader, type RulesetLoader } from '../ruleset/load-ruleset.ts';
import { loadRules } from '../rule-file/load-rules.ts';
import { loadCustomRules } from '../sandbox/load-custom-rules.ts';
import type { RuleWatch } from '../sandbox/sandboxed-rule.ts';
import { fileURLToPath } from 'node:url';
import { printable } from '../mistake/printable.ts';
import type { Output } from './mistakes-block.ts';

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
