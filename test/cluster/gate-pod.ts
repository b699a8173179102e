import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mountConfigMap } from '../mounted-config-map.ts';
import { projectRoot } from '../project-root.ts';
import { until } from '../until.ts';
import type { Cluster } from './cluster.ts';
import type { Component } from './component.ts';
import type { Components } from './components.ts';
import { freePorts } from './free-ports.ts';
import { podOf, volumeFiles, type PodOfDeployment } from './pod-of-deployment.ts';

/** A line of the gate's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/**
 * What a kubelet would make of the Deployment imagegate-webhook, as a process of this machine: its environment, and
 * its volumes mounted from the ConfigMap and the Secret in the cluster, under a folder in place of `/`. Only PORT and
 * OPS_PORT are added.
 */
export interface GatePod {
  /** Where it serves reviews, on loopback. */
  readonly port: number;
  /** Starts it, with what the cluster holds now, and resolves when it is ready. */
  start(): Promise<void>;
  /** Brings the mounted volumes up to date, as a kubelet does every minute or so. */
  refreshVolumes(): Promise<void>;
  /** Sends SIGTERM. */
  terminate(): void;
  /** Ends it in order if it runs, without the time of the drain. @throws Error if its exit code is not 0. */
  stop(): Promise<void>;
  /** Ends it if it runs, and starts it, as a rollout does. */
  restart(): Promise<void>;
  /** Resolves when it has ended, with how: `code 0`. */
  readonly end: Promise<string>;
  /** Its log since the last start; review lines come up to a second late. */
  log(): readonly LogLine[];
  /** GET on its port of probes and metrics: undefined while nobody answers. */
  ops(path: string): Promise<{ status: number; text: string } | undefined>;
}

const readyMs = 30_000;
const program = join(projectRoot, 'build', 'src', 'main.js');

/**
 * Makes one for the cluster, with free ports, not started yet.
 * @param components what it ends with, at the latest.
 * @param root the folder in place of `/`, absolute.
 * @param ownPort where it is to listen; any free one, if nothing is said.
 */
export async function createGatePod(
  cluster: Cluster,
  components: Components,
  root: string,
  ownPort?: number,
): Promise<GatePod> {
  if (!existsSync(program)) throw new Error(`There is no ${program}: run npm run build first.`);
  const [freePort = 0, opsPort = 0] = await freePorts(2);
  const port = ownPort ?? freePort;
  let starts = 0;
  let pod: PodOfDeployment | undefined;
  let running: Component | undefined;

  const current = (): Component => {
    if (running === undefined) throw new Error('The gate was never started.');
    return running;
  };
  const ops: GatePod['ops'] = (path) =>
    fetch(`http://127.0.0.1:${opsPort}${path}`).then(
      async (response) => ({ status: response.status, text: await response.text() }),
      () => undefined,
    );
  const refreshVolumes = async (): Promise<void> => {
    for (const mount of pod?.mounts ?? []) {
      // oxlint-disable-next-line no-await-in-loop -- two of them
      await mountConfigMap(join(root, mount.path), await volumeFiles(cluster, mount));
    }
  };
  const start = async (): Promise<void> => {
    pod = await podOf(cluster);
    await refreshVolumes();
    starts += 1;
    running = await startProcess(components, root, pod, { name: `gate-${starts}`, port, opsPort });
  };
  const stop = async (): Promise<void> => {
    if (running === undefined || running.ended) return;
    const gate = running;
    gate.signal('SIGTERM');
    // A second signal ends the drain; sent before the first has arrived, it would be one with it.
    await until(async () => gate.ended || (await ops('/readyz'))?.status === 503, 'the gate to drain', readyMs);
    gate.signal('SIGTERM');
    const end = await gate.end;
    if (end !== 'code 0') throw new Error(`The gate ended with ${end}. The end of its log:\n${gate.logTail()}`);
  };
  return {
    port,
    start,
    refreshVolumes,
    terminate: () => current().signal('SIGTERM'),
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    get end() {
      return current().end;
    },
    log: () => logLines(current()),
    ops,
  };
}

async function startProcess(
  components: Components,
  root: string,
  { workingDirectory, env }: PodOfDeployment,
  { name, port, opsPort }: { readonly name: string; readonly port: number; readonly opsPort: number },
): Promise<Component> {
  const cwd = join(root, workingDirectory);
  await mkdir(cwd, { recursive: true });
  const paths = Object.entries(env).map(([key, value]) => [key, value.startsWith('/') ? join(root, value) : value]);
  const gate = components.start(process.execPath, [program], {
    name,
    cwd,
    env: { ...Object.fromEntries(paths), PORT: String(port), OPS_PORT: String(opsPort) },
  });
  await until(
    () => {
      gate.assertRunning();
      return logLines(gate).some(({ msg }) => msg === 'ImageGate is ready!');
    },
    () => `the gate to be ready. The end of its log:\n${gate.logTail()}`,
    readyMs,
  );
  return gate;
}

/** The whole lines of a log in JSON; the last one may still be being written. */
function logLines(component: Component): readonly LogLine[] {
  const lines = component.log().split('\n').slice(0, -1);
  return lines.map((line) => (line.startsWith('{') ? (JSON.parse(line) as LogLine) : { msg: line }));
}
