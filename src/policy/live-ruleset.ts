import type { Ruleset } from '../engine/ruleset.ts';
import { messageOf, MistakesError, mistakeText } from '../mistake/mistake.ts';
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
  /** What is there cannot be used, so the old one stays. Told once for each state of the folders. */
  readonly onRefused: (error: unknown) => void;
}

/** The ruleset of the moment. */
export interface LiveRuleset {
  current(): Ruleset;
  /** Why what is there now is not in use; `undefined` if it is. */
  problem(): string | undefined;
  /** Looks no more, and ends the workers of custom rules once they have answered. */
  stop(): Promise<void>;
}

/**
 * Loads a ruleset, and another whenever the folders change: whole or not at all. By looking again and again, since not
 * every mount notifies of a change. A change is taken once two looks have found the same, and only if it is still the same
 * when it is loaded: so that nothing is made of files that are being written.
 *
 * @throws {MistakesError} for the first one; later ones are refused, and the one before stays.
 */
export async function startLiveRuleset(options: LiveRulesetOptions): Promise<LiveRuleset> {
  const { folders, load, pollMs, onLoaded, onRefused } = options;
  let settled = await folderState(folders);
  let current = await load();
  let problem: string | undefined;
  let lastSeen = settled;
  let looking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  let stopped = false;

  async function look(): Promise<void> {
    const seen = await folderState(folders);
    const isNew = seen !== settled && seen === lastSeen;
    lastSeen = seen;
    if (isNew && !stopped) await reload(seen);
    schedule();
  }

  async function reload(state: string): Promise<void> {
    let next: Ruleset | undefined;
    let refusal: unknown;
    try {
      next = await load();
    } catch (error) {
      refusal = error;
    }
    if (stopped || (await folderState(folders)) !== state) {
      await next?.custom?.close();
      return;
    }
    settled = state;
    if (next === undefined) {
      problem = refusalText(refusal);
      onRefused(refusal);
      return;
    }
    const last = current;
    current = next;
    problem = undefined;
    onLoaded(next);
    // Requests that it still judges are answered first.
    void last.custom?.close();
  }

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(() => (looking = look()), pollMs).unref();
  }

  schedule();
  return {
    current: () => current,
    problem: () => problem,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
      await current.custom?.close();
    },
  };
}

/** All problems in one line each. */
function refusalText(error: unknown): string {
  const problems = error instanceof MistakesError ? error.mistakes.map(mistakeText) : [messageOf(error)];
  return `what is written is not in use, and the ruleset before it is:\n  ${problems.join('\n  ')}`;
}
