import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { makeCertificate } from '../certificate.ts';
import { projectRoot } from '../project-root.ts';

/** What can be attacked: a gate, or a decoy. */
export interface Victim {
  readonly pid: number;
  readonly port: number;
  readonly opsPort: number;
}

/** Runs decoy-server.ts. It ends with this process, at the latest. */
export async function startDecoy(): Promise<Victim & { end(): void }> {
  const child = spawn(process.execPath, [join(projectRoot, 'build', 'test', 'faults', 'decoy-server.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.write(`${JSON.stringify(await makeCertificate())}\n`);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The decoy ended with ${code}.`);
  });
  ended.catch(() => {}); // told by what waits
  const [ports] = (await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), ended])) as [string];
  return { ...(JSON.parse(ports) as Omit<Victim, 'pid'>), pid: child.pid!, end: () => child.stdin.end() };
}
