import type { CustomJudgement, CustomTask } from '../engine/evaluate-custom.ts';
import { Breaker } from './breaker.ts';
import { CLOSING, FAILURES, KEPT_FAILING, NOT_ASKED } from './failures.ts';
import { Job } from './job.ts';
import type { Limits } from './limits.ts';
import type { EndReason, RuleMessage, RuleWorker } from './rule-worker.ts';

/** So many judge; one more is warm, and takes over when one ends or is slow. */
const ACTIVE = 2;

/** What a worker is at. */
interface Run {
  readonly job: Job;
  readonly startedAt: number;
  /** Since when the rule that runs has been running; `undefined` while the worker has not come to the task. */
  ruleSince: number | undefined;
  residentMiB: number | undefined;
}

/** The queue and the clock: gives each worker one task at a time, and ends those that are too slow or too large. */
export class WorkerPool {
  readonly #limits: Limits;
  readonly #workerEnded: (reason: EndReason, rule: string | undefined) => void;
  readonly #breaker: Breaker;
  readonly #idle: RuleWorker[] = [];
  readonly #runs = new Map<RuleWorker, Run>();
  readonly #queue: Job[] = [];
  #clock: NodeJS.Timeout | undefined;
  #closing: (() => void) | undefined;

  constructor(limits: Limits, workerEnded: (reason: EndReason, rule: string | undefined) => void) {
    this.#limits = limits;
    this.#workerEnded = workerEnded;
    this.#breaker = new Breaker(limits);
  }

  async judge(task: CustomTask): Promise<readonly CustomJudgement[]> {
    const job = new Job(task);
    const now = performance.now();
    if (this.#closing !== undefined) for (const rule of task.rules) job.failed(rule, CLOSING);
    this.#leaveOut(job, (rule) => this.#breaker.isOpen(rule, now));
    if (job.rules.length === 0 || task.images.length === 0) job.settle();
    else {
      this.#queue.push(job);
      this.#clock ??= setInterval(() => this.#tick(), this.#limits.tickMs);
      this.#dispatch(now);
    }
    return job.answer;
  }

  /** Resolves when everything that was asked is answered. */
  async close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closing = resolve;
      this.#dispatch(performance.now());
    });
  }

  add(worker: RuleWorker): void {
    this.#idle.push(worker);
    this.#dispatch(performance.now());
  }

  begun(worker: RuleWorker): void {
    const run = this.#runs.get(worker);
    if (run !== undefined) run.ruleSince = performance.now();
  }

  ruleThrough(worker: RuleWorker, { judgements, last, full }: RuleMessage): void {
    const run = this.#runs.get(worker);
    if (run === undefined) return;
    const now = performance.now();
    this.#breaker.answered(run.job.rules[0]!);
    run.job.through(judgements);
    run.ruleSince = now;
    if (!last) return;
    this.#runs.delete(worker);
    if (full) worker.end('memory');
    if (!worker.isEnding) this.#idle.push(worker);
    if (run.job.rules.length === 0) run.job.settle();
    else this.#queue.unshift(run.job);
    this.#dispatch(now);
  }

  ended(worker: RuleWorker, reason: EndReason): void {
    const index = this.#idle.indexOf(worker);
    if (index !== -1) this.#idle.splice(index, 1);
    const run = this.#runs.get(worker);
    this.#runs.delete(worker);
    this.#workerEnded(reason, run?.job.rules[0]);
    if (run !== undefined) this.#interrupted(run, reason, performance.now());
    this.#dispatch(performance.now());
  }

  /** Decides who is to blame for the end of a worker, and has the others asked by the next one. */
  #interrupted(run: Run, reason: EndReason, now: number): void {
    const { job, ruleSince } = run;
    // What a timer of some rule does to a worker between two tasks is not the fault of the next one.
    if (ruleSince !== undefined) this.#blame(job, reason, now - ruleSince, now);
    // The next worker is a new try.
    for (const name of job.rules) this.#breaker.notAsked(name);
    if (job.rules.length === 0) job.settle();
    else if (now < job.deadline || this.#grace(job, now)) this.#queue.unshift(job);
    else this.#expire(job);
  }

  #blame(job: Job, reason: EndReason, ranMs: number, now: number): void {
    const rule = job.rules[0]!;
    const hadChance = reason !== 'deadline' || ranMs >= this.#limits.chanceMs;
    // Memory may be held by others; a new worker has it for this rule alone.
    const isCertain = hadChance && (reason !== 'memory' || this.#breaker.suspects(rule, now));
    if (!isCertain && job.suspect(rule)) return;
    job.failed(rule, FAILURES[reason]);
    if (hadChance) this.#died(rule, now);
    else this.#breaker.notAsked(rule);
  }

  /** Those who wait need not wait for a rule that is no longer asked. */
  #died(rule: string, now: number): void {
    this.#breaker.died(rule, now);
    if (!this.#breaker.isOpen(rule, now)) return;
    for (const job of this.#queue.filter(({ rules }) => rules.includes(rule))) {
      this.#leaveOut(job, (name) => name === rule);
      if (job.rules.length > 0) continue;
      this.#queue.splice(this.#queue.indexOf(job), 1);
      job.settle();
    }
  }

  /** More time, once: what kept the workers busy past the deadline has been ended at the deadline. */
  #grace(job: Job, now: number): boolean {
    if (job.isGraced) return false;
    job.isGraced = true;
    job.deadline = now + this.#limits.graceMs;
    return true;
  }

  #expire(job: Job): void {
    for (const rule of job.rules) {
      this.#breaker.notAsked(rule);
      job.failed(rule, NOT_ASKED);
    }
    job.settle();
  }

  #leaveOut(job: Job, isOut: (rule: string) => boolean): void {
    for (const rule of job.rules) if (isOut(rule)) job.failed(rule, KEPT_FAILING);
  }

  #dispatch(now: number): void {
    const slow = this.#slowRuns(now);
    const slowRules = new Set(slow.map(({ job }) => job.rules[0]!));
    while (this.#idle.length > 0 && this.#runs.size - slow.length < ACTIVE) {
      const index = this.#queue.findIndex(({ rules }) => rules.some((rule) => !slowRules.has(rule)));
      const [job] = index === -1 ? [] : this.#queue.splice(index, 1);
      if (job === undefined) break;
      this.#leaveOut(job, (rule) =>
        slowRules.has(rule) ? this.#breaker.isOpen(rule, now) : !this.#breaker.admits(rule, now),
      );
      job.defer(slowRules);
      if (job.rules.length === 0) job.settle();
      else if (job.message.rules.length === 0) this.#queue.unshift(job);
      else this.#ask(job, this.#idle.shift()!, now);
    }
    if (this.#queue.length === 0 && this.#runs.size === 0) {
      clearInterval(this.#clock);
      this.#clock = undefined;
      this.#closing?.();
    }
  }

  #ask(job: Job, worker: RuleWorker, now: number): void {
    this.#runs.set(worker, { job, startedAt: now, ruleSince: undefined, residentMiB: undefined });
    worker.ask(job.message);
  }

  /**
   * Those whose rule keeps a worker busy. It is not asked by another one meanwhile, and the warm worker stands in for
   * the one that it has: so it never keeps all of them.
   */
  #slowRuns(now: number): readonly Run[] {
    return [...this.#runs.values()].filter(({ ruleSince = now }) => now - ruleSince >= this.#limits.slowMs);
  }

  #tick(): void {
    const now = performance.now();
    for (const [worker, run] of this.#runs) {
      if (worker.isEnding) continue;
      const isStuck = run.ruleSince === undefined && now - run.startedAt >= this.#limits.stuckMs;
      if (now >= run.job.deadline || isStuck) worker.end('deadline');
      else if (this.#hasGrown(worker, run, now)) worker.end('memory');
    }
    for (const job of this.#queue.filter(({ deadline }) => now >= deadline)) {
      if (this.#grace(job, now)) continue;
      this.#queue.splice(this.#queue.indexOf(job), 1);
      this.#expire(job);
    }
    this.#dispatch(now);
  }

  #hasGrown(worker: RuleWorker, run: Run, now: number): boolean {
    if (now - run.startedAt < this.#limits.tickMs) return false;
    const resident = worker.residentMiB();
    if (resident === undefined) return false;
    run.residentMiB ??= resident;
    return resident - run.residentMiB >= this.#limits.growthMiB;
  }
}
