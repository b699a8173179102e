import { realpath } from 'node:fs/promises';
import { bindRuleset, type Ruleset } from '../engine/ruleset.ts';
import { type RuleSettings, settingsBySelection } from '../engine/policy.ts';
import { type Mistake, MistakesError } from '../mistake/mistake.ts';
import type { Environment } from '../policy/flat-keys.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { type PolicyFolder, readPolicyFolder } from '../policy/policy-folder.ts';
import { findRuleFiles, type RuleFile } from '../rule-file/rule-files.ts';
import type { AnyRule } from '../rule/rule.ts';
import type { LoadedRules } from '../sandbox/load-custom-rules.ts';
import { tryRuleset } from './try-ruleset.ts';

/** What stands in the folders now. */
export interface Written {
  readonly policy: PolicyFolder;
  readonly ruleFiles: readonly RuleFile[];
  /** Why there may be more rule files than these. */
  readonly mistakes?: readonly Mistake[];
}

/** What a ruleset is made of beside what stands in the folders. */
export interface RulesetSources {
  readonly builtIn: readonly AnyRule[];
  readonly environment: Environment;
  readonly loadCustomRules: (files: readonly RuleFile[], settings: readonly RuleSettings[]) => Promise<LoadedRules>;
}

export interface RulesetLoaderOptions extends RulesetSources {
  readonly policyDir: string | undefined;
  readonly rulesDir: string | undefined;
}

/** Makes rulesets of what is written, or of what would be. */
export interface RulesetLoader {
  read(): Promise<Written>;
  /** @throws {MistakesError} */
  load(written: Written): Promise<Ruleset>;
}

export function createRulesetLoader(options: RulesetLoaderOptions): RulesetLoader {
  const { policyDir, rulesDir, ...sources } = options;
  return {
    read: async () => ({
      policy: await readPolicyFolder(policyDir, await isSameFolder(policyDir, rulesDir)),
      ...(await readRulesDir(rulesDir)),
    }),
    load: async (written) => loadRuleset(sources, written),
  };
}

const NO_RULES: LoadedRules = { rules: [], mistakes: [] };

/**
 * The rules under the operator's policy, tried on sample pods. There is no other way to a ruleset: the start, a reload and
 * whoever only wants to know whether one would work all come here.
 *
 * @throws {MistakesError} with every mistake of the policy's keys, of the rule files and of options, and of what the rules
 *   that have none did to the samples.
 */
export async function loadRuleset(sources: RulesetSources, written: Written): Promise<Ruleset> {
  const { builtIn, environment, loadCustomRules } = sources;
  const { ruleFiles, mistakes: unreadable = [] } = written;
  const { policy, mistakes } = loadPolicy(environment, written.policy, builtIn);
  const custom = ruleFiles.length === 0 ? NO_RULES : await loadCustomRules(ruleFiles, settingsBySelection(policy));
  const bound = bindRuleset(
    builtIn,
    custom.rules,
    policy,
    ruleFiles.map(({ name }) => name),
  );
  const failures = await tryRuleset(bound.ruleset);
  const all = [...unreadable, ...mistakes, ...custom.mistakes, ...bound.mistakes, ...failures];
  if (all.length > 0) throw new MistakesError(all);
  return bound.ruleset;
}

async function isSameFolder(policyDir: string | undefined, rulesDir: string | undefined): Promise<boolean> {
  if (policyDir === undefined || rulesDir === undefined) return false;
  const [one, other] = await Promise.all(
    [policyDir, rulesDir].map(async (folder) => realpath(folder).catch(() => folder)),
  );
  return one === other;
}

/** The rule files of a folder that the operator need not have; an empty one is fine, one that cannot be read is not. */
async function readRulesDir(rulesDir: string | undefined): Promise<Omit<Written, 'policy'>> {
  if (rulesDir === undefined) return { ruleFiles: [] };
  try {
    return { ruleFiles: await findRuleFiles(rulesDir) };
  } catch (error) {
    if (error instanceof MistakesError) return { ruleFiles: [], mistakes: error.mistakes };
    throw error;
  }
}
