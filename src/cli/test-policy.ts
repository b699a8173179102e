import { MistakesError } from '../mistake/mistake.ts';
import { createTrialLoader, withPolicyAt } from './create-loader.ts';
import { rulesOf } from './live-rules.ts';
import { mistakesBlock, type Output } from './mistakes-block.ts';

export interface TestPolicyOptions extends Output {
  /** A policy.yaml, manifests of ConfigMaps, or a folder of keys. */
  readonly path: string;
  readonly rulesDir: string | undefined;
}

/** `imagegate test-policy`: tries a policy as the gate would load it. Resolves with the exit code. */
export async function testPolicy({ path, rulesDir, write, writeError }: TestPolicyOptions): Promise<0 | 1> {
  try {
    const loader = await createTrialLoader(rulesDir, { writeError });
    const ruleset = await loader.load(await withPolicyAt(path, await loader.read()));
    const { rules = [], warned = [], audited = [] } = rulesOf(ruleset);
    const lines = [`deny: ${names(rules)}`, `warn: ${names(warned)}`, `audit: ${names(audited)}`];
    write(`The gate would use the policy ${path}:\n\n  ${lines.join('\n  ')}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    writeError(mistakesBlock(error.mistakes, `The gate would not use the policy ${path}`));
    return 1;
  }
}

function names(rules: readonly string[]): string {
  return rules.length === 0 ? 'no rule' : rules.join(', ');
}
