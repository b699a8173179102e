import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Limits } from './limits.ts';
import type { FileReport, WorkerKnock, WorkerLoad, WorkerMessage, WorkerTask } from './worker-protocol.ts';

/** Why a worker ended: it was too slow, it used too much memory, it ended itself, or it could not be started. */
export type EndReason = 'deadline' | 'memory' | 'exit' | 'error';

export type LogMessage = Extract<WorkerMessage, { kind: 'log' }>;
export type RuleMessage = Extract<WorkerMessage, { kind: 'rule' }>;

/** What becomes of a worker, as its owner hears it. Nothing follows `ended`. */
export interface WorkerEvents {
  started(worker: RuleWorker): void;
  loaded(worker: RuleWorker): void;
  /** It is at the task. */
  begun(worker: RuleWorker): void;
  ruleThrough(worker: RuleWorker, message: RuleMessage): void;
  printed(message: LogMessage): void;
  /** It is no more, and all that it had said has been heard. */
  ended(worker: RuleWorker, reason: EndReason): void;
}

/** V8 aborts a process that has no memory left; a kernel kills it. */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGKILL']);

/** A process that has loaded the custom rules, or is about to. */
export class RuleWorker {
  /** Of the files that it has tried so far, in their order. */
  readonly reports: FileReport[] = [];
  readonly #child: ChildProcess;
  readonly #events: WorkerEvents;
  readonly #limits: Pick<Limits, 'endMs' | 'residentMiB'>;
  readonly #loading: NodeJS.Timeout;
  #reason: EndReason | undefined;
  #givingUp: NodeJS.Timeout | undefined;
  #isEnded = false;
  /** Since when it owes a sign of life. */
  #knockedAt: number | undefined;

  constructor(load: WorkerLoad, limits: Limits, events: WorkerEvents) {
    this.#events = events;
    this.#limits = limits;
    this.#loading = setTimeout(() => this.end('deadline'), limits.loadMs);
    this.#child = fork(new URL('./worker-main.js', import.meta.url), [String(process.pid)], {
      // Nothing of the gate's environment is a rule's to know.
      env: {},
      execArgv: ['--frozen-intrinsics', '--no-warnings', `--max-old-space-size=${limits.heapMiB}`],
      // What is printed past `console` goes nowhere: the gate's own output is its log.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // In a group of its own, which a Ctrl-C in the gate's terminal does not reach: the gate ends its workers itself.
      detached: true,
    });
    this.#child.on('message', (message) => this.#hear(message));
    this.#child.on('error', () => (this.#reason ??= 'error'));
    this.#child.on('exit', (_code, signal) => {
      this.#reason ??= signal !== null && OUT_OF_MEMORY.has(signal) ? 'memory' : 'exit';
    });
    // Its last words may arrive after its exit, and `close` after both; a process that it left behind may hold it open.
    this.#child.on('exit', () => this.#giveUpSoon());
    this.#child.on('error', () => this.#giveUpSoon());
    this.#child.on('close', () => this.#ended());
    this.#send(load);
    events.started(this);
  }

  get isEnding(): boolean {
    return this.#reason !== undefined;
  }

  get endReason(): EndReason {
    return this.#reason ?? 'exit';
  }

  ask(task: WorkerTask): void {
    // What it owed it may owe for long now, and is not to blame.
    this.#knockedAt = undefined;
    this.#send(task);
  }

  /** Kills it, whatever it does. `ended` follows. */
  end(reason: EndReason): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
    this.#giveUpSoon();
  }

  /** Asks for a sign of life, and tells how long it has owed one. */
  knock(now: number): number {
    if (this.#knockedAt !== undefined) return now - this.#knockedAt;
    this.#knockedAt = now;
    this.#send({ kind: 'knock' });
    return 0;
  }

  /** Whether it has more memory than it may, of any kind; never where no /proc tells. */
  isTooLarge(): boolean {
    try {
      const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')) ?? [];
      return Number(kib) >= this.#limits.residentMiB * 1024;
    } catch {
      return false;
    }
  }

  #send(message: WorkerLoad | WorkerTask | WorkerKnock): void {
    // An error here is an end, which is heard elsewhere.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** A rule may have found the channel, and say anything. */
  #hear(message: unknown): void {
    if (this.#isEnded) return;
    try {
      this.#understand(message as WorkerMessage);
    } catch {
      this.end('exit');
    }
  }

  #understand(message: WorkerMessage): void {
    switch (message.kind) {
      case 'file':
        this.reports.push(message.report);
        break;
      case 'ready':
        clearTimeout(this.#loading);
        this.#events.loaded(this);
        break;
      case 'alive':
        this.#knockedAt = undefined;
        break;
      case 'begun':
        this.#events.begun(this);
        break;
      case 'rule':
        this.#events.ruleThrough(this, message);
        break;
      case 'log':
        this.#events.printed(message);
        break;
    }
  }

  #giveUpSoon(): void {
    this.#givingUp ??= setTimeout(() => this.#ended(), this.#limits.endMs);
  }

  #ended(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#loading);
    clearTimeout(this.#givingUp);
    if (this.#child.connected) this.#child.disconnect();
    this.#events.ended(this, this.endReason);
  }
}
