import type { CustomRules } from '../engine/evaluate-custom.ts';
import type { RuleOptions } from '../engine/prepare-rule.ts';
import type { Mistake } from '../mistake/mistake.ts';
import { nameTaken } from '../rule/name-taken.ts';
import type { RuleFile } from '../rule/rule-files.ts';
import { isForeignTypeScript, unloadableRule } from '../rule/unloadable-rule.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { readRuleSources } from './rule-sources.ts';
import type { EndReason } from './rule-worker.ts';
import type { RuleFileMistakes } from './validate-rules.ts';
import { startWorkers } from './start-workers.ts';
import type { LogLevel } from './worker-protocol.ts';

export interface CustomRulesOptions {
  readonly files: readonly RuleFile[];
  /** The names of the built-in rules, and where each is. */
  readonly takenNames: ReadonlyMap<string, string>;
  /** For each selection the options by rule; a rule that is not there has its defaults. */
  readonly settings: readonly ReadonlyMap<string, RuleOptions>[];
  readonly log: (level: LogLevel, message: string, fields: Readonly<Record<string, string>>) => void;
  readonly onWorkerEnd?: (reason: EndReason) => void;
  readonly limits?: Partial<Limits>;
}

/**
 * Starts the workers that load and ask custom rules, apart from this process: nothing that a rule does ends it, and
 * each has a deadline and a limit of memory.
 *
 * @throws {MistakesError} with every mistake of every file.
 */
export async function startCustomRules(options: CustomRulesOptions): Promise<CustomRules> {
  if (options.files.length === 0)
    return { names: [], descriptions: new Map(), judge: async () => [], close: async () => {} };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { sources, mistakes } = await readRuleSources(options.files);
  // Their texts cross to a worker once, not with each of them.
  const files = options.files.map(({ name, path, realpath }) => ({ name, path, realpath }));
  const stripped = { ...options, files };
  const known: RuleFileMistakes = new Map(files.map((file) => [file, knownMistakes(file, stripped)]));
  for (const mistake of mistakes) {
    const file = files.find(({ path }) => path === mistake.where);
    if (file !== undefined) known.set(file, [...known.get(file)!, mistake]);
  }
  const workers = await startWorkers(stripped, limits, sources, known);
  return { names: files.map(({ name }) => name), ...workers };
}

/** What is wrong with a file without its being imported. */
function knownMistakes(file: RuleFile, { files, takenNames }: CustomRulesOptions): readonly Mistake[] {
  const takenBy = takenNames.get(file.name) ?? files.find(({ name }) => name === file.name)!.path;
  return [
    ...(takenBy === file.path ? [] : [nameTaken(file.name, file.path, takenBy)]),
    ...(isForeignTypeScript(file) ? [unloadableRule(file, 'TypeScript')] : []),
  ];
}
