import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mountConfigMap } from '../mounted-config-map.ts';
import { until } from '../until.ts';
import type { Cluster } from './cluster.ts';
import type { Component } from './component.ts';
import type { Components } from './components.ts';
import { freePorts } from './free-ports.ts';
import { logLines, startGateComponent, type LogLine } from './gate-component.ts';
import { askOps, type OpsAnswer } from './ops-client.ts';
import { podOf, volumeFiles, type PodOfDeployment } from './pod-of-deployment.ts';

/**
 * What a kubelet would make of the Deployment imagegate-webhook, as a process of this machine: its environment, and
 * its volumes mounted from the ConfigMap and the Secret in the cluster, under a folder in place of `/`. Only PORT and
 * OPS_PORT are added.
 */
export interface GatePod {
  /** Where it serves reviews, on loopback. */
  readonly port: number;
  /** Where it serves probes and metrics. */
  readonly opsPort: number;
  /** Starts it, with what the cluster holds now, and resolves when it is ready. */
  start(): Promise<void>;
  /** Brings the mounted volumes up to date, as a kubelet does every minute or so; what has not changed is not written. */
  refreshVolumes(): Promise<void>;
  /** Has a mounted volume hold other files than the cluster does, until it is brought up to date. */
  mount(path: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** The process that was started last. */
  readonly pid: number;
  /** Sends it a signal, if it has not ended. */
  signal(name: NodeJS.Signals): void;
  /** Sends SIGTERM. */
  terminate(): void;
  /** Ends it in order if it runs, without the time of the drain. @throws Error if its exit code is not 0. */
  stop(): Promise<void>;
  /** Ends it if it runs, and starts it, as a rollout does. */
  restart(): Promise<void>;
  /** Resolves when it has ended, with how: `code 0`. */
  readonly end: Promise<string>;
  /** The path of its log since the last start. */
  readonly logFile: string;
  /** What is in that; review lines come up to a second late. */
  log(): readonly LogLine[];
  /** GET on its port of probes and metrics, see `askOps`. */
  ops(path: string): Promise<OpsAnswer | undefined>;
}

/** What may differ from one pod to the next. */
export interface GatePodOptions {
  /** The namespace of the Deployment. Default: imagegate. */
  readonly namespace?: string;
  /** Its logs are named after it. Default: gate. */
  readonly name?: string;
  /** Where it serves reviews. Default: a free port. */
  readonly port?: number | undefined;
  /** Added to the environment of the Deployment: a path is one in the pod. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the environment as it is: a path is one of this machine. */
  readonly machineEnv?: Readonly<Record<string, string>>;
  /** Told of each process that is started, long before it is ready. */
  readonly onStart?: (pid: number) => void;
}

interface ProcessOptions extends Required<Pick<GatePodOptions, 'name' | 'machineEnv'>> {
  readonly port: number;
  readonly opsPort: number;
  readonly onStart: GatePodOptions['onStart'];
}

/**
 * Makes one for the cluster, with free ports, not started yet.
 * @param components what it ends with, at the latest.
 * @param root the folder in place of `/`, absolute.
 */
export async function createGatePod(
  cluster: Cluster,
  components: Components,
  root: string,
  { namespace = 'imagegate', name = 'gate', port: ownPort, env = {}, machineEnv = {}, onStart }: GatePodOptions = {},
): Promise<GatePod> {
  const [freePort = 0, opsPort = 0] = await freePorts(2);
  const port = ownPort ?? freePort;
  let starts = 0;
  /** How often this start of the gate was told to end. */
  let terminations = 0;
  let pod: PodOfDeployment | undefined;
  let running: Component | undefined;

  const current = (): Component => {
    if (running === undefined) throw new Error('The gate was never started.');
    return running;
  };
  const ops: GatePod['ops'] = async (path) => askOps(opsPort, path);
  const mounted = new Map<string, string>();
  const mount: GatePod['mount'] = async (path, files) => {
    const now = JSON.stringify(files);
    if (mounted.get(path) === now) return;
    mounted.set(path, now);
    await mountConfigMap(join(root, path), files);
  };
  const refreshVolumes = async (): Promise<void> => {
    const mounts = pod?.mounts ?? [];
    await Promise.all(mounts.map(async (each) => mount(each.path, await volumeFiles(cluster, namespace, each))));
  };
  const start = async (): Promise<void> => {
    pod = await podOf(cluster, namespace);
    await refreshVolumes();
    starts += 1;
    terminations = 0;
    const asProcess = { ...pod, env: { ...pod.env, ...env } };
    running = await startProcess(components, root, asProcess, {
      name: `${name}-${starts}`,
      port,
      opsPort,
      machineEnv,
      onStart,
    });
  };
  const stop = async (): Promise<void> => {
    if (running === undefined || running.ended) return;
    const gate = running;
    // A third signal may meet a gate that listens to none any more.
    if (terminations < 1) gate.signal('SIGTERM');
    // A second signal ends the drain; sent before the first has arrived, it would be one with it.
    await until(async () => gate.ended || (await ops('/readyz'))?.status === 503, 'the gate to drain');
    if (terminations < 2) gate.signal('SIGTERM');
    const end = await gate.end;
    if (end !== 'code 0') throw new Error(`The gate ended with ${end}. The end of its log:\n${gate.logTail()}`);
  };
  return {
    port,
    opsPort,
    start,
    refreshVolumes,
    mount,
    get pid() {
      return current().pid ?? 0;
    },
    signal: (signal) => current().signal(signal),
    terminate: () => {
      terminations += 1;
      current().signal('SIGTERM');
    },
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    get end() {
      return current().end;
    },
    get logFile() {
      return current().logFile;
    },
    log: () => logLines(current()),
    ops,
  };
}

async function startProcess(
  components: Components,
  root: string,
  { workingDirectory, env }: PodOfDeployment,
  { name, port, opsPort, machineEnv, onStart }: ProcessOptions,
): Promise<Component> {
  const cwd = join(root, workingDirectory);
  await mkdir(cwd, { recursive: true });
  const paths = Object.entries(env).map(([key, value]) => [key, value.startsWith('/') ? join(root, value) : value]);
  return startGateComponent(components, {
    name,
    cwd,
    env: { ...Object.fromEntries(paths), ...machineEnv, PORT: String(port), OPS_PORT: String(opsPort) },
    onStart,
  });
}
