import { printable } from '../mistake/printable.ts';
import { MistakesError } from '../mistake/mistake.ts';
import { createTrialLoader, withPolicyAt } from './create-loader.ts';
import { mistakesBlock, type Output } from './mistakes-block.ts';
import { rulesFolderEmpty } from '../rule-file/rule-files.ts';
import { CHECK_STEPS } from '../sandbox/sandboxed-rule.ts';

export interface TestRulesOptions extends Output {
  readonly folder: string;
  /** The policy that sets the rules' options; `undefined` for their defaults. */
  readonly policy: string | undefined;
}

/**
 * `imagegate test-rules`: tries a folder of rules as the gate would load it, with the built-in rules.
 * Resolves with the exit code.
 */
export async function testRules({ folder, policy, write, writeError }: TestRulesOptions): Promise<0 | 1> {
  try {
    const most = new Map<string, number>();
    const asked = (rule: string, steps: number): void => void most.set(rule, Math.max(steps, most.get(rule) ?? 0));
    const loader = await createTrialLoader(folder, { writeError }, asked);
    const input = await loader.read();
    if (input.ruleFiles.length === 0 && input.mistakes === undefined)
      throw new MistakesError([rulesFolderEmpty(folder)]);
    const { custom } = await loader.load(policy === undefined ? input : await withPolicyAt(policy, input));
    // The policy may have added rules.
    const names = new Set(input.ruleFiles.map(({ name }) => name));
    const lines = custom
      .filter(({ name }) => names.has(name))
      .map(({ name, description }) => `  ${name}: ${printable(description)}${usage(most.get(name))}`);
    const [count, them] = lines.length === 1 ? ['One rule', 'it'] : [`${lines.length} rules`, 'them'];
    write(`${count} in ${folder}, and the gate would load ${them}:\n\n${lines.toSorted().join('\n')}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    writeError(mistakesBlock(error.mistakes, `The gate would not load the rules in ${folder}`));
    return 1;
  }
}

function usage(most: number | undefined): string {
  if (most === undefined) return ' (off, so it was not tried)';
  const [used, all] = [most, CHECK_STEPS].map((steps) => steps.toLocaleString('en'));
  return ` (at most ${used} of ${all} steps a check)`;
}
