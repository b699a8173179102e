import { realpath } from 'node:fs/promises';
import { bindRuleset, type Ruleset } from '../engine/ruleset.ts';
import { layers } from '../engine/layers.ts';
import type { RuleOptions } from '../engine/policy.ts';
import { type Mistake, MistakesError } from '../mistake/mistake.ts';
import type { Environment } from '../policy/flat-keys.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { type PolicyFolder, readPolicyFolder } from '../policy/policy-folder.ts';
import { findRuleFiles, type RuleFile } from '../rule-file/rule-files.ts';
import type { AnyRule } from '../rule/rule.ts';
import type { LoadedRules } from '../sandbox/load-custom-rules.ts';
import { tryRuleset } from './try-ruleset.ts';

/** The policy and rule files as read from the folders. */
export interface PolicyInput {
  readonly policy: PolicyFolder;
  readonly ruleFiles: readonly RuleFile[];
  /** Why rule files may be missing here. */
  readonly mistakes?: readonly Mistake[];
  /** In place of that of the process. */
  readonly environment?: Environment;
}

/** What a ruleset is made of besides the folders. */
export interface RulesetSources {
  readonly builtIn: readonly AnyRule[];
  readonly environment: Environment;
  readonly loadCustomRules: (
    files: readonly RuleFile[],
    options: ReadonlyMap<string, readonly RuleOptions[]>,
  ) => Promise<LoadedRules>;
}

export interface RulesetLoaderOptions extends RulesetSources {
  readonly policyDir: string | undefined;
  readonly rulesDir: string | undefined;
}

export interface RulesetLoader {
  read(): Promise<PolicyInput>;
  /** @throws {MistakesError} */
  load(input: PolicyInput): Promise<Ruleset>;
}

export function createRulesetLoader(options: RulesetLoaderOptions): RulesetLoader {
  const { policyDir, rulesDir, ...sources } = options;
  return {
    read: async () => ({
      policy: await readPolicyFolder(policyDir, await isSameFolder(policyDir, rulesDir)),
      ...(await readRulesDir(rulesDir)),
    }),
    load: async (input) => loadRuleset(sources, input),
  };
}

const NO_RULES: LoadedRules = { rules: [], mistakes: [] };

/**
 * Loads a ruleset and tries it on sample pods. The only way to a ruleset: the start, a reload, the judge of ConfigMaps and
 * the test commands all use it.
 *
 * @throws {MistakesError} with every mistake of the policy, the rule files and the options, and every valid rule that fails
 *   on the samples.
 */
export async function loadRuleset(sources: RulesetSources, input: PolicyInput): Promise<Ruleset> {
  const { builtIn, loadCustomRules } = sources;
  const { ruleFiles, mistakes: unreadable = [], environment = sources.environment } = input;
  const { policy, mistakes, newer } = loadPolicy(environment, input.policy, builtIn);
  const custom = ruleFiles.length === 0 ? NO_RULES : await loadCustomRules(ruleFiles, layers(policy).options);
  const bound = bindRuleset(
    builtIn,
    custom.rules,
    policy,
    ruleFiles.map(({ name }) => name),
  );
  const failures = await tryRuleset(bound.ruleset);
  const all = [...unreadable, ...mistakes, ...custom.mistakes, ...bound.mistakes, ...failures];
  if (all.length > 0) throw new MistakesError(withVersion(newer, all));
  return bound.ruleset;
}

/** The mistakes, led by the one that may explain them. A lack of memory it cannot explain. */
function withVersion(newer: Mistake | undefined, mistakes: readonly Mistake[]): readonly Mistake[] {
  return newer === undefined || mistakes.every(({ mayPass }) => mayPass) ? mistakes : [newer, ...mistakes];
}

async function isSameFolder(...folders: readonly (string | undefined)[]): Promise<boolean> {
  const [one, other] = await Promise.all(folders.map(async (folder) => folder && realpath(folder).catch(() => folder)));
  return one === other;
}

/** The rule files of the optional RULES_DIR; it may be empty, but not unreadable. */
async function readRulesDir(rulesDir: string | undefined): Promise<Omit<PolicyInput, 'policy'>> {
  if (rulesDir === undefined) return { ruleFiles: [] };
  try {
    return { ruleFiles: await findRuleFiles(rulesDir) };
  } catch (error) {
    if (error instanceof MistakesError) return { ruleFiles: [], mistakes: error.mistakes };
    throw error;
  }
}
