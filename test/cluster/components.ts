import { rm } from 'node:fs/promises';
import { startComponent, type Component, type ComponentOptions } from './component.ts';
import { startWatchdog } from './watchdog.ts';

/** The processes of one cluster, which end together. */
export interface Components {
  /** Starts one more, see `startComponent`. */
  start(program: string, args: readonly string[], options?: ComponentOptions): Component;
  /** Ends one with a signal, waits for it, and starts it again as it was started; both write to the same log. */
  restart(component: Component, signal: NodeJS.Signals): Promise<Component>;
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
  const members = new Map<Component, () => Component>();
  const report = (): void => {
    watchdog.watch([...members.keys()].flatMap(({ pid, ended }) => (pid === undefined || ended ? [] : [pid])));
  };
  const start: Components['start'] = (program, args, options) => {
    const component = startComponent(program, args, folder, report, options);
    members.set(component, () => start(program, args, options));
    report();
    return component;
  };
  return {
    start,
    restart: async (component, signal) => {
      const again = members.get(component);
      if (again === undefined) throw new Error(`${component.name} is none of these components.`);
      component.signal(signal);
      await component.end;
      members.delete(component); // it has not ended by itself
      return again();
    },
    assertRunning: () => {
      for (const member of members.keys()) member.assertRunning();
    },
    stop: async () => {
      await Promise.all([...members.keys()].map((member) => member.stop()));
      try {
        await rm(folder, { recursive: true, force: true });
      } finally {
        await watchdog.stop();
      }
    },
  };
}
