import { realpath } from 'node:fs/promises';
import type { Ruleset } from '../engine/ruleset.ts';
import { MistakesError, type Mistake } from '../mistake/mistake.ts';
import { findRuleFiles, type RuleFile } from '../rule-file/rule-files.ts';
import type { AnyRule } from '../rule/rule.ts';
import type { Environment } from '../policy/load-policy.ts';
import { loadRuleset, type LoadCustomRules } from './load-ruleset.ts';
import { readPolicyFolder, type PolicyFolder } from '../policy/policy-folder.ts';

export interface RulesetLoaderOptions {
  readonly builtIn: readonly AnyRule[];
  readonly environment: Environment;
  readonly policyDir: string | undefined;
  readonly rulesDir: string | undefined;
  readonly loadCustomRules: LoadCustomRules;
}

/** What stands in the folders now. */
export interface Written {
  readonly policy: PolicyFolder;
  readonly ruleFiles: readonly RuleFile[];
  /** Why there may be more rule files than these. */
  readonly mistakes?: readonly Mistake[];
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
    load: async (written) => loadRuleset({ ...sources, ...written }),
  };
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
