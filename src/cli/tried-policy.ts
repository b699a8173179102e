import type { ClusterChoice } from '../cluster/cluster-client.ts';
import { UNKNOWN_PROFILE } from '../engine/policy.ts';
import { compareRules, type Ruleset } from '../engine/ruleset.ts';
import { builtInRules, createTrialLoader, withPolicyAt } from './create-loader.ts';
import { MistakesError } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import type { Output } from './mistakes-block.ts';
import type { RuleMeta } from '../rule/rule.ts';
import type { KnownRule } from './rules-in-force.ts';

/** A policy as the gate would load it. */
export interface TriedPolicy {
  readonly ruleset: Ruleset;
  /** In the order of their violations. */
  readonly rules: readonly (KnownRule & Pick<RuleMeta, 'description'>)[];
}

/** Where a policy and rules are, by the command line. */
export interface PolicyPaths extends ClusterChoice {
  /** A policy.yaml, manifests of ConfigMaps, a folder of keys, or `cluster`; `-` is stdin. Absent, all is by default. */
  readonly path?: string | undefined;
  readonly rulesDir?: string | undefined;
}

/** Loads a policy as the gate would. @throws {MistakesError} if the gate would not use it, or it is unreadable. */
export async function tryPolicy(
  { path, rulesDir, ...choice }: PolicyPaths,
  output: Pick<Output, 'writeError'>,
): Promise<TriedPolicy> {
  const loader = await createTrialLoader(rulesDir, output);
  const input = await loader.read();
  const ruleset = await loader.load(path === undefined ? input : await withPolicyAt(path, input, choice));
  const builtIn = (await builtInRules()).map(({ meta }) => meta);
  return { ruleset, rules: [...builtIn, ...ruleset.custom].toSorted(compareRules) };
}

/** @throws {MistakesError} if none of the rulesets has the profile of `--profile`. */
export function checkProfile(profile: string | undefined, rulesets: readonly Ruleset[]): void {
  const known = [...new Set(rulesets.flatMap(({ profiles }) => [...profiles.keys()])), UNKNOWN_PROFILE];
  if (profile === undefined || known.includes(profile)) return;
  const words = { expected: `one of ${known.join(', ')}`, found: profile, ...nearestName(profile, known) };
  throw new MistakesError([{ code: 'setting-invalid', source: { name: '--profile' }, ...words }]);
}
