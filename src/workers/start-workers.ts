import { printable } from '../admission/printable.ts';
import type { CustomRules } from '../engine/evaluate-custom.ts';
import type { RuleFile } from '../rule/rule-files.ts';
import type { Limits } from './limits.ts';
import { loadWorker, type LoadOutcome } from './load-worker.ts';
import type { EndReason, LogMessage, RuleWorker, WorkerEvents } from './rule-worker.ts';
import type { CustomRulesOptions } from './start-custom-rules.ts';
import { validateRules, type RuleFileMistakes } from './validate-rules.ts';
import { WorkerPool, type LastSeen } from './worker-pool.ts';
import type { RuleSources } from './worker-protocol.ts';

/** Nothing tells which rule it is that does this. */
const ENDED_UNASKED =
  'A worker for custom rules ended while no rule was asked: look for timers, and for what is kept, in the rule files';

/**
 * Starts a pool and its workers, and keeps their number.
 *
 * @throws {MistakesError} with every mistake of every file.
 */
export async function startWorkers(
  options: CustomRulesOptions,
  limits: Limits,
  sources: RuleSources,
  known: RuleFileMistakes,
): Promise<Pick<CustomRules, 'descriptions' | 'judge' | 'close'>> {
  const crew = new Crew(options, limits, sources);
  const validated = async (): Promise<RuleWorker> =>
    validateRules(options.files, {
      sources,
      known,
      load: async (files, loadMs) => crew.load(files, { ...limits, loadMs }),
      limits,
    });
  try {
    const first = await validated();
    crew.join(first);
    // What loads once may fail to load again.
    const more = await Promise.all(Array.from({ length: limits.workers - 1 }, async () => validated()));
    for (const worker of more) crew.join(worker);
    // It has loaded all files, one after the other.
    const descriptions = first.reports.map(
      ({ description = '' }, index) => [options.files[index]!.name, description] as const,
    );
    return {
      descriptions: new Map(descriptions),
      judge: async (task) => crew.pool.judge(task),
      close: async () => crew.close(),
    };
  } catch (error) {
    await crew.close();
    throw error;
  }
}

/** All workers there are, and the pool that gives them tasks. */
class Crew {
  readonly pool: WorkerPool;
  readonly #options: CustomRulesOptions;
  readonly #limits: Limits;
  readonly #sources: RuleSources;
  readonly #alive = new Set<RuleWorker>();
  /** Those that the pool has, or had: each is replaced when it ends. */
  readonly #members = new Set<RuleWorker>();
  readonly #clock: NodeJS.Timeout;
  #watchedAt = -Infinity;
  /** Each starts a worker when it is over. */
  readonly #rests = new Set<NodeJS.Timeout>();
  #isClosing = false;
  #allEnded: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: CustomRulesOptions, limits: Limits, sources: RuleSources) {
    this.#options = options;
    this.#limits = limits;
    this.#sources = sources;
    this.pool = new WorkerPool(limits);
    this.#clock = setInterval(() => this.#watch(performance.now()), limits.watchMs).unref();
  }

  async load(files: readonly RuleFile[], limits = this.#limits): Promise<LoadOutcome> {
    const settings = this.#options.settings.map((rules) => Object.fromEntries(rules));
    const events: WorkerEvents = {
      started: (worker) => void this.#alive.add(worker),
      loaded: () => {},
      begun: (worker) => this.pool.begun(worker),
      ruleThrough: (worker, message) => this.pool.ruleThrough(worker, message),
      printed: (message) => this.#print(message),
      ended: (worker, reason) => this.#ended(worker, reason),
    };
    return loadWorker({ files, sources: this.#sources, settings }, limits, events);
  }

  /** Gives the pool a worker that has loaded all rules. */
  join(worker: RuleWorker): void {
    if (this.#alive.has(worker)) {
      this.#members.add(worker);
      this.pool.add(worker);
    } else this.#replaceMember(worker.endReason, { rule: undefined, wasIdle: true });
  }

  async close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.pool.close();
    this.#isClosing = true;
    for (const timer of [this.#clock, ...this.#rests]) clearTimeout(timer);
    await new Promise<void>((resolve) => {
      this.#allEnded = resolve;
      for (const worker of this.#alive) worker.end('exit');
      this.#checkEnded();
    });
  }

  #ended(worker: RuleWorker, reason: EndReason): void {
    this.#alive.delete(worker);
    this.#checkEnded();
    if (this.#members.delete(worker)) this.#replaceMember(reason, this.pool.ended(worker, reason));
  }

  #replaceMember(reason: EndReason, seen: LastSeen): void {
    if (this.#isClosing) return;
    // What ends a worker that has nothing to do will end the next one too. Without a rest for all but the last, starting
    // them would be all that the machine does.
    const rests = seen.wasIdle && this.#alive.size > 0;
    this.#tellEnd(reason, seen, rests);
    if (rests) this.#replaceLater();
    else void this.#replace();
  }

  #checkEnded(): void {
    if (this.#alive.size === 0) this.#allEnded?.();
  }

  async #replace(): Promise<void> {
    const outcome = await this.load(this.#options.files);
    if ('worker' in outcome && outcome.reports.every(({ mistakes }) => mistakes.length === 0)) {
      this.join(outcome.worker);
      return;
    }
    if (this.#isClosing) return;
    if ('worker' in outcome) outcome.worker.end('exit');
    this.#options.log('error', 'A worker for custom rules could not be started', {});
    this.#replaceLater();
  }

  #replaceLater(): void {
    const rest = setTimeout(() => {
      this.#rests.delete(rest);
      void this.#replace();
    }, this.#limits.restMs);
    this.#rests.add(rest);
  }

  /**
   * A timer that a rule left behind may grow at any time, or loop: then it keeps a core busy, and its worker from the
   * next request. What grows while files load is a mistake of theirs.
   */
  #watch(now: number): void {
    // This process was kept from its work itself, by a large review, say: their signs may be there and not heard yet.
    const isLate = now - this.#watchedAt >= 2 * this.#limits.watchMs;
    this.#watchedAt = now;
    for (const worker of this.#alive) {
      if (worker.isEnding) continue;
      if (worker.isTooLarge()) worker.end('memory');
      else if (!isLate && this.pool.isIdle(worker) && worker.knock(now) >= this.#limits.aliveMs) worker.end('deadline');
    }
  }

  #tellEnd(reason: EndReason, { rule }: LastSeen, rests: boolean): void {
    this.#options.onWorkerEnd?.(reason);
    const next: Record<string, string> = rests ? { next: `in ${this.#limits.restMs / 1000} s` } : {};
    if (rule !== undefined) this.#options.log('warn', 'A worker for custom rules ended', { reason, rule });
    else this.#options.log('warn', ENDED_UNASKED, { reason, ...next });
  }

  #print({ level, message, fields }: LogMessage): void {
    const printed = Object.entries(fields).map(([key, text]) => [key, printable(text, 1024)]);
    this.#options.log(level, message, Object.fromEntries(printed));
  }
}
