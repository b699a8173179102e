import { printable } from '../admission/printable.ts';
import { MistakesError } from '../mistake/mistake.ts';
import { createTrialLoader } from './create-trial-loader.ts';
import { mistakesBlock } from './mistakes-block.ts';
import { rulesFolderEmpty } from '../rule/rules-folder-empty.ts';
import type { Output } from './output.ts';
import { withPolicyAt } from './with-policy-at.ts';

export interface TestRulesOptions extends Output {
  readonly folder: string;
  /** What gives options to the rules; without one they have their defaults. */
  readonly policy: string | undefined;
}

/**
 * `imagegate test-rules`: tries a folder of rules as the gate would load it, beside the built-in rules.
 * Resolves with the exit code.
 */
export async function testRules({ folder, policy, write, writeError }: TestRulesOptions): Promise<0 | 1> {
  try {
    const loader = await createTrialLoader(folder, { writeError });
    const written = await loader.read();
    if (written.ruleFiles.length === 0 && written.mistakes === undefined)
      throw new MistakesError([rulesFolderEmpty(folder)]);
    const { custom } = await loader.load(policy === undefined ? written : await withPolicyAt(policy, written));
    await custom?.close();
    // The policy may have brought more.
    const names = new Set(written.ruleFiles.map(({ name }) => name));
    const rules = [...(custom?.descriptions ?? [])].filter(([name]) => names.has(name));
    const lines = rules.map(([name, text]) => `  ${name}: ${printable(text)}`);
    const [count, them] = lines.length === 1 ? ['One rule', 'it'] : [`${lines.length} rules`, 'them'];
    write(`${count} in ${folder}, and the gate would load ${them}:\n\n${lines.toSorted().join('\n')}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    writeError(mistakesBlock(error.mistakes, `The gate would not load the rules in ${folder}`));
    return 1;
  }
}
