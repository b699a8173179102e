import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeCertificate, type TestCertificate } from './certificate.ts';
import { projectRoot } from './project-root.ts';

/** The built gate, in a process of its own, with a throw-away certificate. */
export interface GateProcess extends TestCertificate {
  readonly port: number;
  readonly opsPort: number;
  readonly child: ChildProcess;
  /** Ends it with SIGTERM, waits for it, and removes its certificate. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `build/src/main.js` on free ports and resolves once it listens. Its log goes nowhere else. */
export async function startGateProcess(environment: Readonly<Record<string, string>> = {}): Promise<GateProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'imagegate-'));
  const made = await makeCertificate();
  await writeFile(join(folder, 'server.crt'), made.certificate);
  await writeFile(join(folder, 'server.key'), made.key, { mode: 0o600 });
  const settings = { CERTS_DIR: folder, PORT: '0', OPS_PORT: '0', LOG_FORMAT: 'json', DRAIN_SECONDS: '0' };
  const child = spawn(process.execPath, [join(projectRoot, 'build', 'src', 'main.js')], {
    env: { PATH: process.env['PATH'], ...settings, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    const [code] = await exited;
    await rm(folder, { recursive: true });
    return code;
  };
  const ports = await Promise.race([listening(child), exited]);
  if ('port' in ports) return { ...made, ...ports, child, stop };
  await rm(folder, { recursive: true });
  throw new Error(`The gate ended with code ${ports[0]} before it listened.`);
}

async function listening(child: ChildProcess): Promise<{ readonly port: number; readonly opsPort: number }> {
  const ports = await new Promise<{ port: number; opsPort: number }>((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const entry = JSON.parse(line) as { msg?: string; port?: number; opsPort?: number };
      if (entry.port !== undefined && entry.opsPort !== undefined)
        resolve({ port: entry.port, opsPort: entry.opsPort });
    });
  });
  return ports;
}
