import { pathToFileURL } from 'node:url';
import { distinctMistakes } from '../engine/distinct-mistakes.ts';
import { MistakesError, type Mistake } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule/rule-files.ts';
import { syntaxRemedy } from '../rule/unloadable-rule.ts';
import { brokenSourceFinder, type FindBrokenSource } from './broken-source.ts';
import { shownPath } from './import-place.ts';
import type { Limits } from './limits.ts';
import type { LoadOutcome } from './load-worker.ts';
import type { EndReason, RuleWorker } from './rule-worker.ts';
import type { FileReport, RuleSources } from './worker-protocol.ts';

/** Collects what is wrong with rule files, told in the order of the files. */
export type RuleFileMistakes = Map<RuleFile, readonly Mistake[]>;

/** What files are validated with. */
export interface Validation {
  readonly sources: RuleSources;
  /** What is wrong with them already. */
  readonly known: RuleFileMistakes;
  /** Has a new worker load files. */
  readonly load: (files: readonly RuleFile[], loadMs: number) => Promise<LoadOutcome>;
  readonly limits: Pick<Limits, 'loadMs' | 'validateMs'>;
}

/**
 * Has a worker load all files. Where one ends its worker, another one goes on with those after it, so that their
 * mistakes are told too, as long as there is time.
 *
 * @returns the worker that has loaded them all.
 * @throws {MistakesError} with every mistake of every file, those given included.
 */
export async function validateRules(
  files: readonly RuleFile[],
  { sources, known, load, limits }: Validation,
): Promise<RuleWorker> {
  const until = performance.now() + limits.validateMs;
  const findBroken = brokenSourceFinder(sources, until);
  const mistakes = new Map(known);
  const add = (file: RuleFile, more: readonly Mistake[]): void =>
    void mistakes.set(file, [...(mistakes.get(file) ?? []), ...more]);
  let rest = files.filter((file) => known.get(file)!.every(({ code }) => code === 'rule-name-taken'));
  do {
    const loadMs = Math.max(1, Math.min(limits.loadMs, until - performance.now()));
    // oxlint-disable-next-line no-await-in-loop -- one worker takes up where another one ended
    const outcome = await load(rest, loadMs);
    for (const [index, report] of outcome.reports.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- seldom more than one
      add(rest[index]!, await placed(report, rest[index]!, findBroken));
    }
    if ('worker' in outcome) {
      if ([...mistakes.values()].every(({ length }) => length === 0)) return outcome.worker;
      outcome.worker.end('exit');
      break;
    }
    rest = rest.slice(Math.min(outcome.reports.length, rest.length - 1));
    // Who had less time than others is not to blame for it.
    const isOver = outcome.ended === 'deadline' && loadMs < limits.loadMs;
    const [culprit] = rest;
    if (culprit !== undefined)
      add(culprit, [isOver ? notTried(rest, limits) : endedBy(culprit, outcome.ended, limits)]);
    rest = isOver ? [] : rest.slice(1);
  } while (rest.length > 0);
  throw new MistakesError(distinctMistakes([...mistakes.values()].flat()));
}

async function placed(
  { mistakes, placeless }: FileReport,
  file: RuleFile,
  findBroken: FindBrokenSource,
): Promise<readonly Mistake[]> {
  const broken = placeless ? await findBroken(pathToFileURL(file.path).href) : undefined;
  if (broken === undefined) return mistakes;
  const where = `${shownPath(broken.url, file)}:${broken.line}`;
  return mistakes.map((mistake) => ({ ...mistake, where, remedy: syntaxRemedy(where) }));
}

function endedBy({ path }: RuleFile, reason: EndReason, { loadMs }: Pick<Limits, 'loadMs'>): Mistake {
  const found: Readonly<Record<EndReason, string>> = {
    deadline: `one that was not imported, with its prepare, when the ${loadMs / 1000} s for all files were over`,
    memory: 'one that uses more memory than a rule may',
    exit: 'one that ends its process',
    error: 'no process to import it',
  };
  const plain = 'A rule file only says what the rule is: keep loops, exits and waiting out of it.';
  return reason === 'deadline' || reason === 'error'
    ? { ...unloadable(path, found[reason], `The machine may be too busy: try again. ${plain}`), mayPass: true }
    : unloadable(path, found[reason], plain);
}

function notTried([first, ...others]: readonly RuleFile[], { validateMs }: Pick<Limits, 'validateMs'>): Mistake {
  const more = ['', ', nor was the one after it'][others.length] ?? `, nor were the ${others.length} after it`;
  const found = `one that was not tried to its end${more}, since the others took the ${validateMs / 1000} s that there are to try all`;
  return {
    ...unloadable(first!.path, found, 'Mend the others first; if there was only too little time, try again.'),
    mayPass: true,
  };
}

function unloadable(where: string, found: string, remedy: string): Mistake {
  return { code: 'rule-file-unloadable', where, expected: 'a module that can be imported', found, remedy };
}
