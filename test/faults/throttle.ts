import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { goBuild } from '../go-build.ts';
import { projectRoot } from '../project-root.ts';

/** Builds throttle/main.go into `.cluster/bin`, and returns what gives a process a tenth of a CPU. */
export async function buildThrottle(): Promise<(pid: number) => Throttled> {
  const folder = join(projectRoot, '.cluster', 'bin');
  await mkdir(folder, { recursive: true });
  const program = join(folder, 'throttle');
  await goBuild({ module: join(projectRoot, 'test', 'faults', 'throttle'), package: '.', output: program });
  return (pid) => {
    const child = spawn(program, [String(pid)], { stdio: ['pipe', 'ignore', 'inherit'] });
    const ended = once(child, 'close');
    ended.catch(() => {}); // told by end()
    child.stdin.on('error', () => {}); // it has ended, with the process
    return {
      end: async () => {
        child.stdin.end();
        await ended;
      },
    };
  };
}

/** A process that is stopped for 90 of every 100 ms; at the latest until this one ends. */
export interface Throttled {
  /** Lets it run freely. @throws Error if it could not be stopped at all. */
  end(): Promise<void>;
}
