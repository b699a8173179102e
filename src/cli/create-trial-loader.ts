import type { RulesetLoader } from '../policy/ruleset-loader.ts';
import { createLoader } from './create-loader.ts';
import type { Output } from './output.ts';

/**
 * A loader for the commands that try what a gate would load: nothing of this environment is a policy, and what a rule
 * prints goes to the standard error.
 */
export async function createTrialLoader(
  rulesDir: string | undefined,
  { writeError }: Pick<Output, 'writeError'>,
): Promise<RulesetLoader> {
  return createLoader({
    trial: true,
    environment: {},
    policyDir: undefined,
    rulesDir,
    log: (level, message, fields) => writeError(`${level}: ${message}. ${Object.values(fields).join(' ')}\n`),
  });
}
