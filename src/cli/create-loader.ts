import type { Environment } from '../gate/settings.ts';
import type { StartCustomRules } from '../policy/load-ruleset.ts';
import { createRulesetLoader, type RulesetLoader } from '../policy/ruleset-loader.ts';
import { loadRules } from '../rule/load-rules.ts';
import { startCustomRules, type CustomRulesOptions } from '../workers/start-custom-rules.ts';
import { BUILT_IN_RULES } from './built-in-rules.ts';

export interface LoaderOptions extends Pick<CustomRulesOptions, 'log' | 'onWorkerEnd'> {
  readonly environment: Environment;
  readonly policyDir: string | undefined;
  readonly rulesDir: string | undefined;
  /** Whether its rulesets are only tried, and judge nothing real: one worker is enough for that. */
  readonly trial?: boolean;
}

/** Makes the one loader of rulesets: built-in rules are imported here and now, custom ones only ever in workers. */
export async function createLoader({
  log,
  onWorkerEnd,
  trial = false,
  ...options
}: LoaderOptions): Promise<RulesetLoader> {
  const builtIn = await loadRules([BUILT_IN_RULES]);
  const takenNames = new Map(builtIn.map(({ meta: { name } }) => [name, 'ImageGate itself']));
  const start: StartCustomRules = async (files, settings) =>
    startCustomRules({
      files,
      settings,
      takenNames,
      log,
      ...(onWorkerEnd && { onWorkerEnd }),
      ...(trial && { limits: { workers: 1 } }),
    });
  return createRulesetLoader({ ...options, builtIn, startCustomRules: start });
}
