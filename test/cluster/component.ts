import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A server process of the cluster, with its log in a file. */
export interface Component {
  readonly name: string;
  /** Undefined if it could not be started at all. */
  readonly pid: number | undefined;
  /** Whether it has ended, by itself or not. */
  readonly ended: boolean;
  /** Throws, with the end of the log, if it has ended by itself: what waits for it need not wait any longer. */
  assertRunning(): void;
  /** The last lines of its log, indented. */
  logTail(): string;
  /** Kills it and waits until it has ended. */
  stop(): Promise<void>;
}

const logTailLines = 15;

/**
 * Starts a program with its output in `<folder>/<name>.log`: a file, since a pipe would fill or break without us.
 * The environment is PATH and HOME only: the outcome depends on no proxy or setting of the developer's.
 * @param onChange called when it has ended.
 */
export function startComponent(
  program: string,
  args: readonly string[],
  folder: string,
  onChange: () => void,
): Component {
  const name = basename(program);
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  // Detached: Ctrl-C at a terminal goes to this process alone, which then ends its components in order.
  const child = spawn(program, args, {
    cwd: folder,
    detached: true,
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let end: string | undefined;
  const ended = new Promise<void>((resolve) => {
    const conclude = (how: string): void => {
      end ??= how;
      resolve();
      onChange();
    };
    child.once('error', (error) => conclude(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => conclude(`ended with ${signal ?? `code ${code}`}`));
  });
  const logTail = (): string => {
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-logTailLines);
    return lines.map((line) => `    ${line}`).join('\n');
  };
  return {
    name,
    pid: child.pid,
    get ended() {
      return end !== undefined;
    },
    assertRunning: () => {
      if (end !== undefined) throw new Error(`${name} ${end}. The end of its log:\n${logTail()}`);
    },
    logTail,
    stop: async () => {
      // SIGKILL: nothing of its data is kept, and an orderly end of kube-apiserver waits for open watches.
      if (end === undefined) child.kill('SIGKILL');
      await ended;
    },
  };
}
