import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Components } from '../../cluster/components.ts';
import { createGatePod, type GatePod } from '../../cluster/gate-pod.ts';
import { podOf, volumeFiles } from '../../cluster/pod-of-deployment.ts';
import type { Proxy } from '../../faults/proxy.ts';
import { projectRoot } from '../../project-root.ts';
import { until } from '../../until.ts';
import { kubeconfigOfAccount } from './certificates-cluster.ts';

const PODS = '/api/v1/namespaces/imagegate/pods';
const POLL_MS = 200;

/** What a node and its kubelet do for the pods in the namespace of the gate, as processes of this machine. */
export interface StandInNode {
  /** Those that run. */
  readonly gates: ReadonlyMap<string, GatePod>;
  /** Brings the volumes of the gates up to date. */
  readonly refreshVolumes: () => Promise<void>;
  /** Looks after no pod any more. @throws Error if one could not be run. */
  readonly stop: () => Promise<void>;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly [{ readonly args?: readonly string[] }] };
}

/**
 * Runs each pod that controllers make: a gate is an endpoint of the proxy while its pod is there, and drains after that; a
 * pod of a Job runs to its end.
 * @param folder where it keeps what it mounts, absolute.
 */
export function startNode(cluster: Cluster, components: Components, proxy: Proxy, folder: string): StandInNode {
  const gates = new Map<string, GatePod>();
  const seen = new Map<string, Promise<void>>();
  const state = { ended: false };
  const setStatus = async (name: string, phase: string): Promise<void> => {
    const ready = { type: 'Ready', status: phase === 'Running' ? 'True' : 'False' };
    await cluster.api.send('PATCH', `${PODS}/${name}/status`, { status: { phase, conditions: [ready] } });
  };
  /** As a kubelet does: what ends while it starts is started again. @param left how often */
  const startGate = async (name: string, left = 3): Promise<GatePod> => {
    const gate = await createGatePod(cluster, components, join(folder, `${name}-${left}`), { name });
    try {
      await gate.start();
      return gate;
    } catch (error) {
      if (left === 0) throw error;
      return startGate(name, left - 1);
    }
  };
  const runGate = async (name: string): Promise<void> => {
    const gate = await startGate(name);
    gates.set(name, gate);
    proxy.add(gate.port);
    await setStatus(name, 'Running');
  };
  const runJob = async ({ metadata: { name }, spec }: Pod): Promise<void> => {
    const kubeconfig = await kubeconfigOfAccount(cluster, join(folder, `${name}.kubeconfig`));
    const args = [...(spec.containers[0].args ?? []), '--kubeconfig', kubeconfig];
    const main = join(projectRoot, 'build', 'src', 'main.js');
    const end = await promisify(execFile)(process.execPath, [main, ...args]).then(
      () => 'Succeeded',
      () => 'Failed',
    );
    await setStatus(name, end);
  };
  const run = async (pod: Pod): Promise<void> => {
    if (pod.metadata.labels['app.kubernetes.io/name'] !== 'imagegate-webhook') return runJob(pod);
    // A kubelet starts no pod without its volumes, and starts one again that ends for what is missing in them.
    await until(async () => state.ended || (await canStart(cluster)), 'its volumes');
    return state.ended ? undefined : runGate(pod.metadata.name);
  };
  const end = (name: string, gate: GatePod): void => {
    proxy.remove(gate.port);
    gate.terminate();
    gates.delete(name);
  };
  const loop = (async () => {
    while (!state.ended) {
      // oxlint-disable no-await-in-loop -- a clock
      const { items } = JSON.parse((await cluster.api.send('GET', PODS)).text) as { readonly items: readonly Pod[] };
      for (const pod of items) if (!seen.has(pod.metadata.name)) seen.set(pod.metadata.name, run(pod));
      const there = new Set(items.map(({ metadata }) => metadata.name));
      for (const [name, gate] of gates) if (!there.has(name)) end(name, gate);
      await wait(POLL_MS);
      // oxlint-enable no-await-in-loop
    }
  })();
  return {
    gates,
    refreshVolumes: async () => {
      await Promise.all([...gates.values()].map(async (gate) => gate.refreshVolumes()));
    },
    stop: async () => {
      state.ended = true;
      await loop;
      await Promise.all(seen.values());
    },
  };
}

/** Whether all volumes of the Deployment can be mounted, with a certificate among them. */
async function canStart(cluster: Cluster): Promise<boolean> {
  const { mounts } = await podOf(cluster, 'imagegate');
  const files = await Promise.all(mounts.map(async (mount) => volumeFiles(cluster, 'imagegate', mount))).catch(
    () => [],
  );
  return files.some((volume) => volume['server.crt'] !== undefined);
}
