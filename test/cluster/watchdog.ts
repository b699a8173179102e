import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Ends what a cluster has started if this process can't any more. */
export interface Watchdog {
  /** Names the processes that run now, all of them, in place of those named before. */
  watch(pids: readonly number[]): void;
  /** Ends the watchdog, and with it every process that is still named; the folder is gone then. */
  stop(): Promise<void>;
}

/*
 * Keeps the last line that it was told. At the end of its input it kills the processes on that line and removes the
 * folder, more than once if need be, as a process that is dying may still write to it.
 */
const script = `
trap '' INT TERM HUP
pids=
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
for attempt in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1" 2>/dev/null && exit 0; sleep 0.1; done
`;

/**
 * Starts a shell whose standard input is a pipe from this process. The kernel closes that pipe however this process
 * ends, with SIGKILL too, where no handler of ours would run; so the shell is the one place that cleans up after
 * an interruption or a crash. It has a session of its own, so that Ctrl-C at a terminal does not reach it.
 * @param folder what to remove at the end, absolute.
 */
export function startWatchdog(folder: string): Watchdog {
  const shell = spawn('/bin/sh', ['-c', script, 'watchdog', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const closed = once(shell, 'close');
  closed.catch(() => {}); // reported by stop()
  shell.stdin.on('error', () => {}); // the watchdog itself was killed: nothing to tell it any more
  return {
    watch: (pids) => void shell.stdin.write(`${pids.join(' ')}\n`),
    stop: async () => {
      shell.stdin.end();
      await closed;
    },
  };
}
