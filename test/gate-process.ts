import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
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

/**
 * Starts `build/src/main.js` on free ports and resolves once it listens. Its log goes nowhere else. If this process ends
 * without `stop`, by `process.exit` where a signal is handled, say, the gate and its certificate go with it.
 */
export async function startGateProcess(environment: Readonly<Record<string, string>> = {}): Promise<GateProcess> {
  const folder = temporaryFolder();
  const made = await makeCertificate();
  await writeFile(join(folder.path, 'server.crt'), made.certificate);
  await writeFile(join(folder.path, 'server.key'), made.key, { mode: 0o600 });
  const settings = {
    CERTS_DIR: folder.path,
    SERVER_NAME: 'localhost',
    PORT: '0',
    OPS_PORT: '0',
    LOG_FORMAT: 'json',
    DRAIN_SECONDS: '0',
  };
  const child = spawn(process.execPath, [join(projectRoot, 'build', 'src', 'main.js')], {
    env: { PATH: process.env['PATH'], ...settings, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ended = async (): Promise<number | null> => {
    const [code] = await exited;
    process.off('exit', kill);
    folder.remove();
    return code;
  };
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended();
  };
  const ports = await Promise.race([listening(child), exited]);
  if ('port' in ports) return { ...made, ...ports, child, stop };
  throw new Error(`The gate ended with code ${await ended()} before it listened.`);
}

/** A folder that goes when it is removed, and at the latest with this process. */
function temporaryFolder(): { readonly path: string; remove(): void } {
  // At once: no exit may come between this and the next lines.
  const path = mkdtempSync(join(tmpdir(), 'imagegate-'));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(path, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return { path, remove };
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
