import { spawn } from 'node:child_process';

/** How a kubectl call differs from a plain one. */
export interface KubectlOptions {
  /** Its standard input, for `-f -`. Default: empty. */
  readonly input?: string;
  /** Added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its working directory, absolute. Default: the cluster's temporary folder. */
  readonly cwd?: string;
  /** When to give up, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number;
}

/** How a kubectl call ended. */
export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end and returns what it printed, whatever its exit code.
 * @throws Error if it could not be started, was killed, or has not ended in time.
 */
export function runKubectl(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  options: KubectlOptions & { readonly cwd: string },
): Promise<KubectlResult> {
  const timeout = options.timeoutMs ?? 60_000;
  return new Promise((resolve, reject) => {
    const env = { ...environment, ...options.env };
    const child = spawn(program, args, { cwd: options.cwd, env, timeout, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code !== null) resolve({ code, stdout, stderr });
      else
        reject(new Error(`kubectl ${args.join(' ')} was ended by ${signal} (after ${timeout} ms at most): ${stderr}`));
    });
    child.stdin.on('error', () => {}); // it ended without reading all of its input: its exit code tells
    child.stdin.end(options.input ?? '');
  });
}
