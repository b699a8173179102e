import type { CustomJudgement, CustomTask } from '../engine/evaluate-custom.ts';
import { Breaker } from './breaker.ts';
import { CLOSING, CROWDED, FAILURES, KEPT_FAILING, NOT_ASKED, UNSENT } from './failures.ts';
import { Job } from './job.ts';
import type { Limits } from './limits.ts';
import { WaitingChecks } from './waiting-checks.ts';
import { heldRules, slowRuns, type Run } from './runs.ts';
import type { EndReason, RuleMessage, RuleWorker } from './rule-worker.ts';

/** So many judge; one more is warm, and takes over when one ends or is slow. */
const ACTIVE = 2;
const NONE: ReadonlySet<string> = new Set();

/** What a worker was at when it ended. */
export interface LastSeen {
  /** The rule that ran. */
  readonly rule: string | undefined;
  /** It had nothing to do. */
  readonly wasIdle: boolean;
}

/** The queue and the clock: gives each worker one task at a time, and ends those that are too slow or too large. */
export class WorkerPool {
  readonly #limits: Limits;
  readonly #breaker: Breaker;
  readonly #idle: RuleWorker[] = [];
  readonly #runs = new Map<RuleWorker, Run>();
  readonly #queue: Job[] = [];
  readonly #checks: WaitingChecks;
  #clock: NodeJS.Timeout | undefined;
  #closing: (() => void) | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#breaker = new Breaker(limits);
    this.#checks = new WaitingChecks(limits);
  }

  async judge(task: CustomTask): Promise<readonly CustomJudgement[]> {
    const job = new Job(task);
    const now = performance.now();
    const refusal = this.#refusal(job, task);
    if (refusal !== undefined) for (const rule of task.rules) job.failed(rule, refusal);
    this.#leaveOut(job, (rule) => this.#breaker.isOpen(rule, job, now));
    if (job.rules.length === 0 || task.images.length === 0) job.settle();
    else {
      this.#queue.push(job);
      this.#clock ??= setInterval(() => this.#tick(), this.#limits.tickMs);
      this.#dispatch(now);
    }
    return job.answer;
  }

  /** Why a job is not taken, if it isn't. */
  #refusal({ answer }: Job, { images, rules }: CustomTask): string | undefined {
    if (this.#closing !== undefined) return CLOSING;
    return this.#checks.admits(images.length * rules.length, answer) ? undefined : CROWDED;
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

  isIdle(worker: RuleWorker): boolean {
    return this.#idle.includes(worker);
  }

  begun(worker: RuleWorker): void {
    const run = this.#runs.get(worker);
    if (run !== undefined) run.ruleSince = performance.now();
  }

  ruleThrough(worker: RuleWorker, { judgements, last, full }: RuleMessage): void {
    const run = this.#runs.get(worker);
    if (run === undefined) return;
    const now = performance.now();
    this.#breaker.answered(run.job.rules[0]!, run.job);
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

  ended(worker: RuleWorker, reason: EndReason): LastSeen {
    const now = performance.now();
    const wasIdle = this.#noLongerIdle(worker);
    const run = this.#runs.get(worker);
    const rule = run?.ruleSince === undefined ? undefined : run.job.rules[0];
    this.#runs.delete(worker);
    if (run !== undefined) this.#interrupted(run, reason, now);
    this.#dispatch(now);
    return { rule, wasIdle };
  }

  #noLongerIdle(worker: RuleWorker): boolean {
    const index = this.#idle.indexOf(worker);
    return index !== -1 && this.#idle.splice(index, 1).length > 0;
  }

  /** Decides who is to blame for the end of a worker, and has the others asked by the next one. */
  #interrupted(run: Run, reason: EndReason, now: number): void {
    const { job, ruleSince } = run;
    // What a timer does to a worker between two tasks is not the fault of the next one.
    if (ruleSince !== undefined) this.#blame(job, reason, now - ruleSince, now);
    this.#notAsked(job);
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
    if (hadChance) this.#died(rule, job, now);
    else this.#breaker.notAsked(rule, job);
  }

  /** Those who wait need not wait for a rule that is no longer asked. */
  #died(rule: string, dead: Job, now: number): void {
    this.#breaker.died(rule, dead, now);
    for (const job of this.#queue.filter(({ rules }) => rules.includes(rule))) {
      this.#leaveOut(job, (name) => name === rule && this.#breaker.isOpen(rule, job, now));
      if (job.rules.length > 0) continue;
      this.#queue.splice(this.#queue.indexOf(job), 1);
      job.settle();
    }
  }

  /** More time, once: what kept the workers busy past the deadline has been ended at the deadline, and others wait. */
  #grace(job: Job, now: number): boolean {
    if (job.isGraced) return false;
    job.isGraced = true;
    job.deadline = now + this.#limits.graceMs;
    return true;
  }

  #expire(job: Job): void {
    this.#notAsked(job);
    for (const rule of job.rules) job.failed(rule, NOT_ASKED);
    job.settle();
  }

  /** The next worker is a new try. */
  #notAsked(job: Job): void {
    for (const rule of job.rules) this.#breaker.notAsked(rule, job);
  }

  #leaveOut(job: Job, isOut: (rule: string) => boolean): void {
    for (const rule of job.rules) if (isOut(rule)) job.failed(rule, KEPT_FAILING);
  }

  #dispatch(now: number): void {
    const slow = slowRuns(this.#runs.values(), this.#limits.slowMs, now);
    while (this.#runs.size - slow.length < ACTIVE) {
      // The one that came last: it has just shown that it is alive.
      const worker = this.#idle.findLast(({ isEnding }) => !isEnding);
      if (worker === undefined) break;
      let held = NONE;
      const index = this.#queue.findIndex((waiting) => {
        held = this.#held(waiting, slow, now);
        return waiting.rules.some((rule) => !held.has(rule));
      });
      const [job] = index === -1 ? [] : this.#queue.splice(index, 1);
      if (job === undefined) break;
      this.#leaveOut(job, (rule) =>
        held.has(rule) ? this.#breaker.isOpen(rule, job, now) : !this.#breaker.admits(rule, job, now),
      );
      job.arrange((rule) => this.#breaker.isDoubtful(rule), held);
      if (job.rules.length === 0) job.settle();
      else if (job.asked.length === 0) this.#queue.unshift(job);
      else this.#ask(job, worker, now);
    }
    if (this.#queue.length === 0 && this.#runs.size === 0) {
      clearInterval(this.#clock);
      this.#clock = undefined;
      this.#closing?.();
    }
  }

  #held(job: Job, slow: readonly Run[], now: number): ReadonlySet<string> {
    if (slow.length === 0) return NONE;
    const isSpreading = (rule: string): boolean => this.#breaker.isSpreading(rule, now);
    return heldRules(job, slow, { runs: [...this.#runs.values()], most: this.#limits.workers - 1, isSpreading });
  }

  #ask(job: Job, worker: RuleWorker, now: number): void {
    this.#noLongerIdle(worker);
    try {
      worker.ask(job.message);
      this.#runs.set(worker, { job, startedAt: now, ruleSince: undefined });
    } catch {
      // What cannot be written as JSON. The worker has not heard of it.
      this.#idle.push(worker);
      this.#notAsked(job);
      for (const rule of job.rules) job.failed(rule, UNSENT);
      job.settle();
    }
  }

  #tick(): void {
    const now = performance.now();
    for (const [worker, run] of this.#runs) {
      if (worker.isEnding) continue;
      if (now >= run.job.deadline || this.#isOverdue(run, now)) worker.end('deadline');
      else if (now - run.startedAt >= this.#limits.tickMs && worker.isTooLarge()) worker.end('memory');
    }
    for (const job of this.#queue.filter(({ deadline }) => now >= deadline)) {
      if (this.#grace(job, now)) continue;
      this.#queue.splice(this.#queue.indexOf(job), 1);
      this.#expire(job);
    }
    this.#dispatch(now);
  }

  /** Whether others should not wait for it any longer, though there is time left. */
  #isOverdue({ job, startedAt, ruleSince }: Run, now: number): boolean {
    const { stuckMs, chanceMs } = this.#limits;
    if (ruleSince === undefined) return now - startedAt >= (job.isGraced ? chanceMs : stuckMs);
    return job.isGraced && job.rules.length > 1 && now - ruleSince >= chanceMs;
  }
}
