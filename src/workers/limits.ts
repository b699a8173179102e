/** How long and how much a rule may take before something is done about it. */
export interface Limits {
  /** Two that judge and a warm one; one is enough to try rules. */
  readonly workers: number;
  /** Until all files are imported and prepared. */
  readonly loadMs: number;
  /**
   * Until it is said what is wrong with all files, also where some of them end worker after worker. The policy webhook
   * waits for 15 s, and may have two such sets to judge.
   */
  readonly validateMs: number;
  /** After the deadline, for rules that are not to blame that it passed. */
  readonly graceMs: number;
  /**
   * A rule that had less than this when the deadline passed is not to blame for it; and after the deadline none has more
   * while others wait behind it.
   */
  readonly chanceMs: number;
  /** From when on a rule is slow: it no longer keeps the warm worker from working for others. */
  readonly slowMs: number;
  /** Until a worker must have come to its task: a timer that a rule left behind may keep it. */
  readonly stuckMs: number;
  /** Until a worker with nothing to do must have given a sign of life. Long: on a busy node it may just have to wait. */
  readonly aliveMs: number;
  /** Until a worker that was killed is given up waiting for. */
  readonly endMs: number;
  /** How often the clock and the memory of busy workers are looked at. */
  readonly tickMs: number;
  /** How often the memory of all workers is, busy or not, and how often an idle one is asked for a sign of life. */
  readonly watchMs: number;
  /** After a worker that could not be started, or that ended with nothing to do, until the next one is started. */
  readonly restMs: number;
  /** A request with at most so many checks, an image by a rule each, is always taken. */
  readonly fewChecks: number;
  /** The checks of all larger requests that wait at the same time: each takes memory of this process. */
  readonly waitingChecks: number;
  /** The heap of a worker. */
  readonly heapMiB: number;
  /** How much a worker may have resident, of whatever memory; it starts with 70 to 90. */
  readonly residentMiB: number;
  /** A rule that ended so many workers within `breakerMs` is not asked for as long. */
  readonly breakerDeaths: number;
  readonly breakerMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  workers: 3,
  loadMs: 5000,
  validateMs: 6000,
  graceMs: 300,
  chanceMs: 100,
  slowMs: 50,
  stuckMs: 150,
  aliveMs: 500,
  endMs: 100,
  tickMs: 10,
  watchMs: 100,
  restMs: 1000,
  fewChecks: 256,
  waitingChecks: 65_536,
  heapMiB: 64,
  residentMiB: 256,
  breakerDeaths: 3,
  breakerMs: 10_000,
};
