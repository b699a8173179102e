import type { Environment } from '../gate/settings.ts';
import { createRulesetLoader, type RulesetLoader } from '../ruleset/ruleset-loader.ts';
import { loadRules } from '../rule-file/load-rules.ts';
import { loadCustomRules } from '../sandbox/load-custom-rules.ts';
import type { RuleWatch } from '../sandbox/sandboxed-rule.ts';
import { BUILT_IN_RULES } from './built-in-rules.ts';

export interface LoaderOptions {
  readonly environment: Environment;
  readonly policyDir: string | undefined;
  readonly rulesDir: string | undefined;
  readonly watch: RuleWatch;
}

/** Makes the one loader of rulesets: built-in rules are imported here and now, custom ones only ever into the sandbox. */
export async function createLoader({ watch, ...options }: LoaderOptions): Promise<RulesetLoader> {
  const builtIn = await loadRules([BUILT_IN_RULES]);
  const takenNames = new Map(builtIn.map(({ meta: { name } }) => [name, 'ImageGate itself']));
  return createRulesetLoader({
    ...options,
    builtIn,
    loadCustomRules: async (files, settings) => loadCustomRules({ files, settings, takenNames, watch }),
  });
}
