import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MistakesError, type Mistake } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule/rule-files.ts';
import type { LoadOutcome } from './load-worker.ts';
import type { EndReason, RuleWorker } from './rule-worker.ts';
import { syntaxLine } from './syntax-line.ts';
import type { FileReport, RuleSources } from './worker-protocol.ts';

/** Collects what is wrong with rule files, told in the order of the files. */
export type RuleFileMistakes = Map<RuleFile, readonly Mistake[]>;

/**
 * Has a worker load all files. Where one ends its worker, another one goes on with those after it, so that their
 * mistakes are told too.
 *
 * @returns the worker that has loaded them all.
 * @throws {MistakesError} with every mistake of every file, those given included.
 */
export async function validateRules(
  files: readonly RuleFile[],
  sources: RuleSources,
  known: RuleFileMistakes,
  load: (files: readonly RuleFile[]) => Promise<LoadOutcome>,
  loadMs: number,
): Promise<RuleWorker> {
  const mistakes = new Map(known);
  const add = (file: RuleFile, more: readonly Mistake[]): void =>
    void mistakes.set(file, [...(mistakes.get(file) ?? []), ...more]);
  let rest = files.filter((file) => known.get(file)!.every(({ code }) => code === 'rule-name-taken'));
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one worker takes up where another one ended
    const outcome = await load(rest);
    for (const [index, report] of outcome.reports.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- seldom more than one
      add(rest[index]!, await placed(report, rest[index]!, sources));
    }
    const done = [...mistakes.values()].every(({ length }) => length === 0);
    if ('worker' in outcome) {
      if (done) return outcome.worker;
      outcome.worker.end('exit');
      break;
    }
    const culprit = rest[Math.min(outcome.reports.length, rest.length - 1)];
    if (culprit !== undefined) add(culprit, [endedBy(culprit, outcome.ended, loadMs)]);
    rest = rest.slice(outcome.reports.length + 1);
    if (rest.length === 0) break;
  }
  throw new MistakesError([...mistakes.values()].flat());
}

async function placed(
  { mistakes, placeless }: FileReport,
  file: RuleFile,
  sources: RuleSources,
): Promise<readonly Mistake[]> {
  const source = sources[pathToFileURL(file.path).href];
  if (!placeless || source === undefined) return mistakes;
  const line = await syntaxLine(source, /^\.m?ts$/.test(extname(file.path)) ? 'module-typescript' : 'module');
  return line === undefined ? mistakes : mistakes.map((mistake) => ({ ...mistake, where: `${file.path}:${line}` }));
}

function endedBy({ path }: RuleFile, reason: EndReason, loadMs: number): Mistake {
  const found: Readonly<Record<EndReason, string>> = {
    deadline: `one that was not imported, with its prepare, when the ${loadMs / 1000} s for all files were over`,
    memory: 'one that uses more memory than a rule may',
    exit: 'one that ends its process',
    error: 'no process to import it',
  };
  return {
    code: 'rule-file-unloadable',
    where: path,
    expected: 'a module that can be imported',
    found: found[reason],
    remedy: 'A rule file only says what the rule is: keep loops, exits and waiting out of it.',
  };
}
