import type { Ruleset } from '../engine/ruleset.ts';
import { MistakesError, problemsOf } from '../mistake/mistake.ts';
import { folderState } from './folder-state.ts';

export interface LiveRulesetOptions {
  /** What POLICY_DIR and RULES_DIR hold makes the ruleset; these are looked at. */
  readonly folders: readonly string[];
  /** Makes the ruleset of what is there now. @throws {MistakesError} */
  readonly load: () => Promise<Ruleset>;
  /** From one look to the next, in milliseconds. */
  readonly pollMs: number;
  /** Another ruleset is in use. */
  readonly onLoaded: (ruleset: Ruleset) => void;
  /**
   * What is there cannot be used, so the old one stays. Told once for each state of the folders; but where only time was
   * lacking, it is tried again after so many milliseconds, and told each time.
   */
  readonly onRefused: (error: unknown, retryMs: number | undefined) => void;
  /** A clock in milliseconds that is never set; `performance.now()` by default. */
  readonly now?: () => number;
}

/** The pause before what lacked time is tried again: twice as long each time. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

/**
 * Loads a ruleset, and another whenever the folders change: whole or not at all. By looking again and again, since not
 * every mount notifies of a change. A change is taken once two looks have found the same, and only if it is still the same
 * when it is loaded: so that nothing is made of files that are being written.
 *
 * @throws {MistakesError} for the first one; later ones are refused, and the one before stays.
 */
export async function startLiveRuleset(options: LiveRulesetOptions): Promise<LiveRuleset> {
  const state = await folderState(options.folders);
  return new LiveRuleset(options, await options.load(), state);
}

/** The ruleset of the moment. */
export class LiveRuleset {
  readonly #options: LiveRulesetOptions;
  readonly #now: () => number;
  #current: Ruleset;
  #refusal: unknown;
  /** When what lacked time is tried again. */
  #retry: { readonly at: number; readonly pauseMs: number } | undefined;
  /** The folders as they were when what they hold was taken or refused, and as they were at the last look. */
  #settled: string;
  #lastSeen: string;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: LiveRulesetOptions, first: Ruleset, state: string) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#current = first;
    this.#settled = state;
    this.#lastSeen = state;
    this.#lookSoon();
  }

  current(): Ruleset {
    return this.#current;
  }

  /** Why what is there now is not in use; `undefined` if it is. */
  problem(): string | undefined {
    if (this.#refusal === undefined) return undefined;
    return refusalText(this.#refusal, this.#retry && this.#retry.at - this.#now());
  }

  /** Looks no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #lookSoon(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, this.#options.pollMs).unref();
  }

  async #look(): Promise<void> {
    const seen = await folderState(this.#options.folders);
    const isSteady = seen === this.#lastSeen;
    this.#lastSeen = seen;
    const isDue = seen !== this.#settled || (this.#retry !== undefined && this.#now() >= this.#retry.at);
    if (isSteady && isDue && !this.#stopped) await this.#reload(seen);
    this.#lookSoon();
  }

  async #reload(state: string): Promise<void> {
    const { load, folders } = this.#options;
    const next = await load().catch((error: unknown) => new Refusal(error));
    if (this.#stopped || (await folderState(folders)) !== state) return;
    const lastPauseMs = state === this.#settled ? this.#retry?.pauseMs : undefined;
    this.#settled = state;
    this.#retry = undefined;
    if (next instanceof Refusal) this.#refuse(next.reason, lastPauseMs);
    else this.#replace(next);
  }

  #refuse(reason: unknown, lastPauseMs: number | undefined): void {
    this.#refusal = reason;
    if (mayPass(reason)) {
      const pauseMs = lastPauseMs === undefined ? FIRST_RETRY_MS : Math.min(2 * lastPauseMs, LAST_RETRY_MS);
      this.#retry = { at: this.#now() + pauseMs, pauseMs };
    }
    this.#options.onRefused(reason, this.#retry?.pauseMs);
  }

  #replace(next: Ruleset): void {
    this.#current = next;
    this.#refusal = undefined;
    this.#options.onLoaded(next);
  }
}

/** That there is no ruleset. */
class Refusal {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

/** Whether nothing is wrong but that there was too little time. */
function mayPass(reason: unknown): boolean {
  return reason instanceof MistakesError && reason.mistakes.every((mistake) => mistake.mayPass);
}

/** All problems in one line each. */
function refusalText(error: unknown, retryMs: number | undefined): string {
  const what =
    retryMs === undefined
      ? 'what is written is not in use'
      : `there was too little memory to load what is written, which is tried again in ${Math.max(0, Math.ceil(retryMs / 1000))} s`;
  return `${what}, and the ruleset before it is:\n  ${problemsOf(error).join('\n  ')}`;
}
