import { MistakesError } from '../mistake/mistake.ts';
import { createLoader } from './create-loader.ts';
import { mistakesBlock } from './mistakes-block.ts';
import { rulesFolderEmpty } from '../rule/rules-folder-empty.ts';
import type { Output } from './output.ts';

export interface TestRulesOptions extends Output {
  readonly folder: string;
}

/**
 * `imagegate test-rules`: tries a folder of rules as the gate would load it, without a policy: each has its defaults.
 * Resolves with the exit code.
 */
export async function testRules({ folder, write, writeError }: TestRulesOptions): Promise<0 | 1> {
  try {
    const loader = await createLoader({
      environment: {},
      policyDir: undefined,
      rulesDir: folder,
      log: (level, message, fields) => writeError(`${level}: ${message}. ${Object.values(fields).join(' ')}\n`),
    });
    const written = await loader.read();
    if (written.ruleFiles.length === 0 && written.mistakes === undefined)
      throw new MistakesError([rulesFolderEmpty(folder)]);
    const { custom } = await loader.load(written);
    await custom?.close();
    const lines = (custom?.names ?? []).map((name) => `  ${name}`);
    const [count, them] = lines.length === 1 ? ['One rule', 'it'] : [`${lines.length} rules`, 'them'];
    write(`${count} in ${folder}, and the gate would load ${them}:\n\n${lines.toSorted().join('\n')}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    writeError(mistakesBlock(error.mistakes, `The gate would not load the rules in ${folder}`));
    return 1;
  }
}
