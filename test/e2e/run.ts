import { spawn } from 'node:child_process';
import type { KubectlResult } from '../cluster/kubectl.ts';

/** Where and with what a command line is run. */
export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Default: 60,000. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command line in a shell to its end. `output` is what a person sees: stdout and stderr as they came.
 * @throws Error if it has not ended in time.
 */
export function runLine(
  line: string,
  { cwd, env, timeoutMs = 60_000 }: RunOptions,
): Promise<Pick<KubectlResult, 'code'> & { readonly output: string }> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that all of the line can be ended.
    const child = spawn('sh', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code !== null) resolve({ code, output });
      else reject(new Error(`${line} was ended by ${signal} (after ${timeoutMs} ms at most):\n${output}`));
    });
  });
}
