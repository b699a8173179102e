import { rm } from 'node:fs/promises';
import { startComponent, type Component, type ComponentOptions } from './component.ts';
import { startWatchdog } from './watchdog.ts';

/** The processes of one cluster, which end together. */
export interface Components {
  /** Starts one more, see `startComponent`. */
  start(program: string, args: readonly string[], options?: ComponentOptions): Component;
  /** Throws, with the end of its log, if one has ended by itself. */
  assertRunning(): void;
  /** Ends all of them, waits for it, and removes the folder. */
  stop(): Promise<void>;
}

/**
 * A group without members yet. If this process ends without `stop`, in whatever way, the members and the folder are
 * gone a moment later all the same (see `startWatchdog`).
 * @param folder where they keep their data and logs, absolute; theirs alone.
 */
export function startComponents(folder: string): Components {
  const watchdog = startWatchdog(folder);
  const members: Component[] = [];
  const report = (): void => {
    watchdog.watch(members.flatMap(({ pid, ended }) => (pid === undefined || ended ? [] : [pid])));
  };
  return {
    start: (program, args, options) => {
      const component = startComponent(program, args, folder, report, options);
      members.push(component);
      report();
      return component;
    },
    assertRunning: () => {
      for (const member of members) member.assertRunning();
    },
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
      try {
        await rm(folder, { recursive: true, force: true });
      } finally {
        await watchdog.stop();
      }
    },
  };
}
