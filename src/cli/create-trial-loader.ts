import { printable } from '../mistake/printable.ts';
import type { RulesetLoader } from '../ruleset/ruleset-loader.ts';
import { createLoader } from './create-loader.ts';
import type { Output } from './output.ts';

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
      print: (rule, level, text) => writeError(`${level}: A custom rule printed. ${rule} ${printable(text, 1024)}\n`),
      asked,
    },
  });
}
