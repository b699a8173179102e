import { MistakesError } from '../mistake/mistake.ts';
import { loadCustomRules } from './load-custom-rules.ts';
import { mistakesBlock } from './mistakes-block.ts';

export interface TestRulesOptions {
  readonly folder: string;
  /** Writes to the standard output. */
  readonly write: (text: string) => void;
  /** Writes to the standard error. */
  readonly writeError: (text: string) => void;
}

/** `imagegate test-rules`: tries a folder of rules as the gate would load it. Resolves with the exit code. */
export async function testRules({ folder, write, writeError }: TestRulesOptions): Promise<0 | 1> {
  try {
    const rules = await loadCustomRules(folder);
    const lines = rules.map(({ name, description }) => `  ${name}: ${description}`);
    const count = rules.length === 1 ? 'One rule' : `${rules.length} rules`;
    write(
      `${count} in ${folder}, and the gate would load ${rules.length === 1 ? 'it' : 'them'}:\n\n${lines.join('\n')}\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    writeError(mistakesBlock(error.mistakes, `The gate would not load the rules in ${folder}`));
    return 1;
  }
}
