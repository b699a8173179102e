import { createLoader } from '../src/cli/create-loader.ts';
import type { Ruleset } from '../src/engine/ruleset.ts';

/** The ruleset that a gate has with these variables and folders. */
export async function loadRulesetOf(
  environment: Readonly<Record<string, string>> = {},
  { policyDir, rulesDir }: { readonly policyDir?: string; readonly rulesDir?: string } = {},
): Promise<Ruleset> {
  const loader = await createLoader({ environment, policyDir, rulesDir, watch: { print: () => {} } });
  return loader.load(await loader.read());
}
