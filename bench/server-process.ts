import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../test/project-root.ts';
import { onCore } from './cores.ts';

import { loadRulesetOf } from '../test/load-ruleset-of.ts';
import { deniedReview } from './reviews.ts';
import { reviewNow } from '../test/review-now.ts';

/** A server under test, in a process of its own. */
export interface ServerProcess {
  readonly name: string;
  readonly pid: number;
  /** Of HTTPS, on loopback. */
  readonly port: number;
  /** Of the metrics, over HTTP; the bare server has none. */
  readonly opsPort: number | undefined;
  /** How many lines it has logged since it listens. */
  logLines(): number;
  /** Tells it to end and waits for that. @throws Error when it ended badly. */
  stop(): Promise<void>;
}

/** Where the servers get their certificate and the core they run on. */
export interface ServerOptions {
  readonly certsDir: string;
  readonly core: number | undefined;
}

/** Every review has its line: to leave some away would flatter the gate. */
const ALL_LINES = { LOG_REVIEWS_PER_SECOND: '99999' };
const START_MS = 60_000;

/** Starts the server that ImageGate is measured against. */
export async function startBareServer({ certsDir, core }: ServerOptions): Promise<ServerProcess> {
  // What ImageGate itself answers: the same bytes to write for both.
  const denial = reviewNow(deniedReview().request, await loadRulesetOf()).response;
  const script = join(projectRoot, 'build', 'bench', 'bare-server.js');
  return start('bare', [script, certsDir, JSON.stringify(denial)], {}, core);
}

/**
 * Starts ImageGate as its image does, with its defaults: rules, JSON logs and metrics are on.
 *
 * @param more variables that are set beside
 */
export async function startGate(
  { certsDir, core }: ServerOptions,
  more: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const env = {
    NODE_ENV: 'production',
    PORT: '0',
    OPS_PORT: '0',
    CERTS_DIR: certsDir,
    SERVER_NAME: 'localhost',
    DRAIN_SECONDS: '0',
    ...ALL_LINES,
    ...more,
  };
  return start('ImageGate', [join(projectRoot, 'build', 'src', 'main.js')], env, core);
}

async function start(
  name: string,
  script: readonly string[],
  env: Readonly<Record<string, string>>,
  core: number | undefined,
): Promise<ServerProcess> {
  const [program = '', ...args] = onCore(core, [process.execPath, ...script]);
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const { port, opsPort } = await listening(name, child.stdout, ended);
  const lines = countLines(child.stdout);
  return {
    name,
    pid: child.pid as number,
    port,
    opsPort,
    logLines: lines,
    stop: async () => {
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      if (code !== 0 && signal !== 'SIGTERM') throw new Error(`${name} ended with ${code ?? signal}.`);
    },
  };
}

interface Listening {
  readonly port: number;
  readonly opsPort?: number;
}

/** Reads the log up to the line that names the ports. */
async function listening(
  name: string,
  stdout: NodeJS.ReadableStream,
  ended: Promise<[number | null, NodeJS.Signals | null]>,
): Promise<{ port: number; opsPort: number | undefined }> {
  const lines = createInterface({ input: stdout });
  const deadline = setTimeout(() => lines.close(), START_MS);
  void ended.then(() => lines.close());
  for await (const line of lines) {
    const entry = JSON.parse(line) as Partial<Listening>;
    if (entry.port === undefined) continue;
    clearTimeout(deadline);
    return { port: entry.port, opsPort: entry.opsPort };
  }
  throw new Error(`${name} did not listen within ${START_MS / 1000} s.`);
}

/** Counts the lines from here on, as cheaply as whatever reads a container's log. */
function countLines(stdout: NodeJS.ReadableStream): () => number {
  let lines = 0;
  stdout.on('data', (chunk: Buffer) => {
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, end + 1)) lines += 1;
  });
  stdout.resume();
  return () => lines;
}
