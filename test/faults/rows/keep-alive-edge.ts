import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { admissionReview, podCreate } from '../../admission-request.ts';
import { goBuild } from '../../go-build.ts';
import { projectRoot } from '../../project-root.ts';
import type { Fault } from '../fault.ts';

/** What the client has found. */
interface Result {
  readonly requests: number;
  readonly reused: number;
  readonly failures: readonly string[];
}

/** The API server lets go of an idle connection after 90 s, the gate after 120 s; here both are sixty times as quick. */
const clientIdleMs = 1500;
const serverIdleMs = 2000;
const clients = 50;

export const keepAliveEdge: Fault = {
  name: 'keep-alive edge, ± 50 ms, by a Go client with the transport of the API server',
  passesWhen: '0 EOF',
  deadlineSeconds: (long) => (long ? 300 : 120),
  run: async ({ long }) => {
    const client = await buildClient();
    const server = spawn(
      process.execPath,
      [join(import.meta.dirname, '../keep-alive/server.js'), String(serverIdleMs)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    try {
      const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
      const { port, ca } = JSON.parse(line) as { readonly port: number; readonly ca: string };
      const { requests, reused, failures } = await ask(client, {
        url: `https://127.0.0.1:${port}/validate`,
        ca,
        body: JSON.stringify(admissionReview(podCreate({ web: 'docker.io/acme/web:1' }))),
        idleMs: clientIdleMs,
        edgeMs: 50,
        clients,
        requests: (long ? 2000 : 200) / clients,
      });
      if (failures.length > 0) throw new Error(`${failures.length} of ${requests} failed: ${failures[0]}`);
      if (reused === 0 || reused === requests) throw new Error(`${reused} of ${requests} came before the edge.`);
      return [
        ['requests', requests],
        ['of them before the edge', reused],
      ];
    } finally {
      server.stdin.end();
    }
  },
};

/** @throws Error without Go: then it can't be tried. */
async function buildClient(): Promise<string> {
  const folder = join(projectRoot, '.cluster', 'bin');
  await mkdir(folder, { recursive: true });
  const output = join(folder, 'keep-alive-client');
  await goBuild({ module: join(projectRoot, 'test/faults/keep-alive'), package: '.', output });
  return output;
}

async function ask(program: string, task: unknown): Promise<Result> {
  const client = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  client.stdin.end(JSON.stringify(task));
  return JSON.parse(await text(client.stdout)) as Result;
}
