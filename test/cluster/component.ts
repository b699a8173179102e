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
  /** Resolves when it has ended, with how: `code 0`, `SIGKILL`. */
  readonly end: Promise<string>;
  /** Throws, with the end of the log, if it has ended by itself: what waits for it need not wait any longer. */
  assertRunning(): void;
  /** Sends it a signal, if it has not ended. */
  signal(name: NodeJS.Signals): void;
  /** The path of the file with all that it has printed. */
  readonly logFile: string;
  /** What is in that. */
  log(): string;
  /** The last lines of its log, indented. */
  logTail(): string;
  /** Kills it and waits until it has ended. */
  stop(): Promise<void>;
}

const logTailLines = 15;

/** What may differ from one component to the next. */
export interface ComponentOptions {
  /** Default: the program's. Its log is named after it. */
  readonly name?: string;
  /** Its working directory, absolute. Default: the folder. */
  readonly cwd?: string;
  /** Added to PATH and HOME, which are all that it gets: the outcome depends on no proxy or setting of the developer's. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a program with its output in `<folder>/<name>.log`: a file, since a pipe would fill or break without us.
 * @param onChange called when it has ended.
 */
export function startComponent(
  program: string,
  args: readonly string[],
  folder: string,
  onChange: () => void,
  { name = basename(program), cwd = folder, env = {} }: ComponentOptions = {},
): Component {
  const logFile = join(folder, `${name}.log`);
  const output = openSync(logFile, 'a');
  // Detached: Ctrl-C at a terminal goes to this process alone, which then ends its components in order.
  const child = spawn(program, args, {
    cwd,
    detached: true,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  let how: string | undefined;
  const end = new Promise<string>((resolve) => {
    const conclude = (words: string, result: string): void => {
      how ??= words;
      resolve(result);
      onChange();
    };
    child.once('error', ({ message }) => conclude(`could not be started: ${message}`, message));
    child.once('exit', (code, signal) => {
      const result = signal ?? `code ${code}`;
      conclude(`ended with ${result}`, result);
    });
  });
  const log = (): string => readFileSync(logFile, 'utf8');
  const logTail = (): string => {
    const lines = log().trimEnd().split('\n').slice(-logTailLines);
    return lines.map((line) => `    ${line}`).join('\n');
  };
  return {
    name,
    logFile,
    pid: child.pid,
    get ended() {
      return how !== undefined;
    },
    end,
    assertRunning: () => {
      if (how !== undefined) throw new Error(`${name} ${how}. The end of its log:\n${logTail()}`);
    },
    signal: (signal) => void (how === undefined && child.kill(signal)),
    log,
    logTail,
    stop: async () => {
      // SIGKILL: nothing of its data is kept, and an orderly end of kube-apiserver waits for open watches.
      if (how === undefined) child.kill('SIGKILL');
      await end;
    },
  };
}
