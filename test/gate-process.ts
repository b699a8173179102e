import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, type TestCertificate } from './certificate.ts';
import { coverage } from './coverage.ts';
import { projectRoot } from './project-root.ts';
import { until } from './until.ts';

/** The built command line, in a process of its own. */
export interface Imagegate {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The lines of a log in JSON. */
  readonly lines: () => readonly Readonly<Record<string, unknown>>[];
  /** The exit code, or the signal that ended it, when all of its output has come. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface ImagegateOptions {
  readonly args?: readonly string[];
  /** The whole environment, but for `PATH`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads; by default nothing. */
  readonly stdin?: string;
  /** Default: `pipe`. */
  readonly stderr?: 'pipe' | 'inherit';
}

const MAIN = join(projectRoot, 'build', 'src', 'main.js');

/** Starts it. It ends with this process at the latest. */
export function runImagegate({
  args = [],
  env = {},
  cwd = projectRoot,
  stdin,
  stderr = 'pipe',
}: ImagegateOptions = {}): Imagegate {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH, ...(coverage && { NODE_V8_COVERAGE: coverage }), ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', stderr],
  });
  child.stdin?.end(stdin);
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const texts = { stdout: '', stderr: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    child,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    lines: () =>
      texts.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    ended: ended.then(([code, signal]) => code ?? signal!),
  };
}

/** A folder with what a gate needs to serve: a certificate that works, and a policy token. */
export interface Certs extends TestCertificate {
  readonly dir: string;
  /** What the path for reviews of the gate's own ConfigMaps ends with. */
  readonly policyToken: string;
  /** Happens at the latest when this process ends. */
  remove(): void;
}

export async function makeCerts(): Promise<Certs> {
  const made = await makeCertificate();
  // At once: no exit may come between the folder and its removal.
  const dir = mkdtempSync(join(tmpdir(), 'imagegate-'));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', remove);
  const policyToken = randomBytes(32).toString('hex');
  await writeFile(join(dir, 'server.crt'), made.certificate);
  await writeFile(join(dir, 'server.key'), made.key, { mode: 0o600 });
  await writeFile(join(dir, 'policy-token'), policyToken, { mode: 0o600 });
  return { ...made, dir, policyToken, remove };
}

/** The built gate in a process of its own, ready, on free ports. */
export interface GateProcess extends Imagegate {
  readonly port: number;
  readonly opsPort: number;
  readonly certs: Certs;
  /** What signed its certificate. */
  readonly ca: string;
  /** Ends it with SIGTERM, and waits for it. Resolves with the exit code, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals>;
}

export interface GateProcessOptions {
  /** Added to the environment, or in place of what stands there. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: made, and removed with the gate. */
  readonly certs?: Certs;
  /** How long to wait until it is ready, in milliseconds. Default: that of `until`. */
  readonly readyMs?: number;
  readonly stderr?: 'pipe' | 'inherit';
}

/** @throws Error with what it has said, if it does not get ready. It has ended then. */
export async function startGateProcess({
  env,
  certs,
  readyMs,
  stderr = 'pipe',
}: GateProcessOptions = {}): Promise<GateProcess> {
  const used = certs ?? (await makeCerts());
  const settings = { PORT: '0', OPS_PORT: '0', CERTS_DIR: used.dir, SERVER_NAME: 'localhost', LOG_FORMAT: 'json' };
  const gate = runImagegate({ env: { ...settings, DRAIN_SECONDS: '0', ...env }, stderr });
  const stop = async (signal: NodeJS.Signals): Promise<number | NodeJS.Signals> => {
    gate.child.kill(signal);
    const end = await gate.ended;
    if (certs === undefined) used.remove();
    return end;
  };
  try {
    const ready = (): boolean => gate.lines().some(({ msg }) => msg === 'ImageGate is ready!');
    const isOver = (): boolean => gate.child.exitCode !== null || ready();
    const said = (): string => `the gate to be ready; it says ${gate.stdout()}${gate.stderr()}`;
    await until(isOver, said, readyMs);
    if (!ready()) throw new Error(`The gate ended with ${await gate.ended}; it says ${gate.stdout()}${gate.stderr()}`);
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
  const listening = gate.lines().find(({ msg }) => msg === 'Listening.');
  const { port, opsPort } = listening as unknown as { port: number; opsPort: number };
  return { ...gate, port, opsPort, certs: used, ca: used.certificate, stop: async () => stop('SIGTERM') };
}
