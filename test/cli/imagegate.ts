import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, type TestCertificate } from '../certificate.ts';
import { projectRoot } from '../project-root.ts';
import { until } from '../until.ts';

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
}

const MAIN = join(projectRoot, 'build', 'src', 'main.js');

export function runImagegate({ args = [], env = {}, cwd = projectRoot }: ImagegateOptions = {}): Imagegate {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
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

/** A gate that is ready, on free ports, with a certificate of its own. */
export interface ReadyGate extends Imagegate {
  readonly port: number;
  readonly opsPort: number;
  readonly ca: string;
}

export interface Certs extends TestCertificate {
  readonly dir: string;
  /** What the path for reviews of the gate's own ConfigMaps ends with. */
  readonly policyToken: string;
  remove(): Promise<void>;
}

/** A folder with a certificate that works, and a policy token. */
export async function makeCerts(): Promise<Certs> {
  const dir = await mkdtemp(join(tmpdir(), 'imagegate-'));
  const made = await makeCertificate();
  await writeFile(join(dir, 'server.crt'), made.certificate);
  await writeFile(join(dir, 'server.key'), made.key);
  const policyToken = randomBytes(32).toString('hex');
  await writeFile(join(dir, 'policy-token'), policyToken);
  return { ...made, dir, policyToken, remove: async () => rm(dir, { recursive: true, force: true }) };
}

export async function runReady(certs: Certs, env: Readonly<Record<string, string>> = {}): Promise<ReadyGate> {
  const settings = {
    PORT: '0',
    OPS_PORT: '0',
    CERTS_DIR: certs.dir,
    SERVER_NAME: 'localhost',
    LOG_FORMAT: 'json',
    DRAIN_SECONDS: '0',
  };
  const gate = runImagegate({ env: { ...settings, ...env } });
  const why = () => `the gate to be ready; it says ${gate.stdout()}${gate.stderr()}`;
  await until(() => gate.lines().some(({ msg }) => msg === 'ImageGate is ready!'), why);
  const listening = gate.lines().find(({ msg }) => msg === 'Listening.');
  const { port, opsPort } = listening as unknown as { port: number; opsPort: number };
  return { ...gate, port, opsPort, ca: certs.certificate };
}
