import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ruleset } from '../engine/ruleset.ts';
import { messageOf, MistakesError, problemsOf } from '../mistake/mistake.ts';
import { watch } from '../watch/watch.ts';

export interface LiveRulesetOptions {
  /** POLICY_DIR and RULES_DIR, which are watched. */
  readonly folders: readonly string[];
  /** Loads the ruleset of what is there now. @throws {MistakesError} */
  readonly load: () => Promise<Ruleset>;
  readonly pollMs: number;
  readonly onLoaded: (ruleset: Ruleset) => void;
  /** Called once for each state of the folders; for want of memory, which may pass, each time that it is tried again. */
  readonly onRejected: (error: unknown) => void;
}

/** The active ruleset, which changes as a whole. */
export interface LiveRuleset {
  readonly current: () => Ruleset;
  /** Why the new policy was rejected; `undefined` if it was not. */
  readonly problem: () => string | undefined;
  readonly stop: () => Promise<void>;
}

export const REJECTED = 'New policy rejected; the previous ruleset stays active.';

/** After a lack of memory the next try comes only after so many polls: to load rules is work. */
export const POLLS_PER_RETRY = 10;

/**
 * Loads a ruleset, and another whenever the folders change. It is dropped if they change again while it is loaded: so no
 * ruleset is made of files that are being written.
 *
 * @throws {MistakesError} for the first one; if a later one is rejected, the previous one stays active.
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

/** Whether there is nothing to mend: only memory was lacking. */
function mayPass(error: unknown): boolean {
  return error instanceof MistakesError && error.mistakes.every((mistake) => mistake.mayPass);
}

/**
 * A text that differs whenever a file does: the real path (a ConfigMap's update changes that), the size and the times of
 * each. A file that cannot be read is a state too.
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
