import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ruleset } from '../engine/ruleset.ts';
import { messageOf, MistakesError, problemsOf } from '../mistake/mistake.ts';
import { watch } from '../watch/watch.ts';

export interface LiveRulesetOptions {
  /** The watched folders: POLICY_DIR and RULES_DIR. */
  readonly folders: readonly string[];
  /** Loads the ruleset from the current files. @throws {MistakesError} */
  readonly load: () => Promise<Ruleset>;
  readonly pollMs: number;
  readonly onLoaded: (ruleset: Ruleset) => void;
  /** Called once for each state of the folders; if memory was lacking, on each retry. */
  readonly onRejected: (error: unknown) => void;
}

/** The active ruleset, which is replaced as a whole. */
export interface LiveRuleset {
  readonly current: () => Ruleset;
  /** Why the new policy was rejected; `undefined` if it was not. */
  readonly problem: () => string | undefined;
  readonly stop: () => void;
}

export const REJECTED = 'New policy rejected; the previous ruleset stays active.';

/** Polls between retries after a lack of memory: loading rules is expensive. */
export const POLLS_PER_RETRY = 10;

/**
 * Loads a ruleset, and reloads it when the folders change. The result is dropped if they change again meanwhile, so that no
 * ruleset is made of files that are being written.
 *
 * @throws {MistakesError} if the first one is invalid; if a later one is, the previous one stays active.
 */
export async function startLiveRuleset(options: LiveRulesetOptions): Promise<LiveRuleset> {
  const { folders, load, pollMs, onLoaded, onRejected } = options;
  const read = async (): Promise<string> => (await Promise.all(folders.map(folderState))).join('\n');
  const settled = await read();
  let current = await load();
  let problem: string | undefined;

  async function settle(_: string, isCurrent: () => Promise<boolean>): Promise<number | undefined> {
    const [loaded] = await Promise.allSettled([load()]);
    if (!(await isCurrent())) return pollMs;
    if (loaded.status === 'rejected') {
      const error: unknown = loaded.reason;
      problem = [REJECTED, ...problemsOf(error)].join('\n  ');
      onRejected(error);
      return mayPass(error) ? pollMs * POLLS_PER_RETRY : undefined;
    }
    current = loaded.value;
    problem = undefined;
    onLoaded(current);
    return undefined;
  }

  const { stop } = watch({ read, settled, pollMs, settle });
  return { current: () => current, problem: () => problem, stop };
}

/** Whether only memory was lacking, so that a retry may succeed. */
function mayPass(error: unknown): boolean {
  return error instanceof MistakesError && error.mistakes.every((mistake) => mistake.mayPass);
}

/**
 * A fingerprint of the folder's files: the real path (which an update of a ConfigMap changes), size and times of each.
 * An unreadable file is a state, too.
 */
async function folderState(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).toSorted();
    const files = await Promise.all(names.map(async (name) => fileState(join(folder, name))));
    return [folder, ...files].join('\n');
  } catch (error) {
    return `${folder}: ${messageOf(error)}`;
  }
}

async function fileState(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${path} ${await realpath(path)} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return `${path}: ${messageOf(error)}`;
  }
}
