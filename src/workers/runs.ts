import type { Job } from './job.ts';

/** What a worker is at. */
export interface Run {
  readonly job: Job;
  readonly startedAt: number;
  /** Since when the rule that runs has been running; `undefined` while the worker has not come to the task. */
  ruleSince: number | undefined;
}

/** Those that keep a worker busy, or that it does not come to. The warm worker stands in for it. */
export function slowRuns(runs: Iterable<Run>, slowMs: number, now: number): readonly Run[] {
  return [...runs].filter(({ startedAt, ruleSince = startedAt }) => now - ruleSince >= slowMs);
}

/**
 * The slow rules that a job is not asked by meanwhile, since they would perhaps keep all workers: those that are slow over
 * the same images, those that may be so over any, and those that have all workers but one already. So a rule that is slow
 * for one request is asked for others. When the deadline is past, what is left of the time is for the other rules.
 */
export function heldRules(
  job: Job,
  slow: readonly Run[],
  { runs, most, isSpreading }: HoldingOptions,
): ReadonlySet<string> {
  const isHeld = (rule: string, { imagesKey }: Job): boolean =>
    job.isGraced ||
    imagesKey === job.imagesKey ||
    isSpreading(rule) ||
    runs.filter((run) => run.job.asked.includes(rule)).length >= most;
  return new Set(
    slow.flatMap((run) => {
      const rule = run.ruleSince === undefined ? undefined : run.job.rules[0];
      return rule !== undefined && isHeld(rule, run.job) ? [rule] : [];
    }),
  );
}

export interface HoldingOptions {
  readonly runs: readonly Run[];
  /** How many workers one rule may keep. */
  readonly most: number;
  readonly isSpreading: (rule: string) => boolean;
}
