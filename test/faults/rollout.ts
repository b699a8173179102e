import { setTimeout as wait } from 'node:timers/promises';
import type { GatePod } from '../cluster/gate-pod.ts';
import type { Lab } from './fault.ts';
import type { World } from './world.ts';

/** Whether the news that a pod goes reaches the proxy before the pod is told to end, or after that. */
export type Order = 'endpoint first' | 'SIGTERM first';

/** The fields of the Deployment that are read here. */
interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly [
    { readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } } },
  ];
}

/** The end of a gate that a rollout has replaced. */
export interface Leaving {
  readonly gate: GatePod;
  /** When it was told to end, on the clock of `performance.now()`. */
  readonly toldAt: number;
  /** How many connections it had then. */
  readonly connections: number;
  /** Resolves with the seconds that it took. @throws Error if it ended badly, or was killed as a kubelet kills. */
  readonly end: Promise<number>;
}

/** What happens beside a rollout. */
export interface RolloutHooks {
  /** The next gate is about to leave. */
  readonly before?: () => Promise<void>;
  /** It was told to end. */
  readonly told?: (leaving: Leaving) => Promise<void>;
}

/**
 * Replaces the gates one by one, by the strategy of the Deployment: a new one is ready, and an endpoint, before an old
 * one goes; and the next one is not waited for by the end of that.
 */
export async function rollOut(
  { cluster }: Pick<Lab, 'cluster'>,
  world: World,
  order: Order,
  hooks: RolloutHooks = {},
): Promise<readonly Leaving[]> {
  const spec = await podSpec(cluster, world.namespace);
  const leaving: Leaving[] = [];
  for (const gate of world.gates.filter(({ port }) => world.proxy.endpoints.includes(port))) {
    world.proxy.add((await world.startGate()).port);
    await hooks.before?.();
    const left = await leave(world, gate, order, spec);
    leaving.push(left);
    await hooks.told?.(left);
  }
  return leaving;
}

async function leave({ proxy }: World, gate: GatePod, order: Order, spec: PodSpec): Promise<Leaving> {
  const preStopMs = spec.containers[0].lifecycle.preStop.sleep.seconds * 1000;
  if (order === 'endpoint first') {
    proxy.remove(gate.port);
    await wait(preStopMs);
  }
  const toldAt = performance.now();
  const connections = proxy.connections(gate.port);
  gate.terminate();
  const end = endOf(gate, toldAt, spec.terminationGracePeriodSeconds * 1000 - preStopMs);
  end.catch(() => {}); // by whoever waits for it
  if (order === 'SIGTERM first') {
    // As long as preStop is meant to cover.
    await wait(preStopMs);
    proxy.remove(gate.port);
  }
  return { gate, toldAt, connections, end };
}

async function endOf(gate: GatePod, toldAt: number, graceMs: number): Promise<number> {
  const kill = setTimeout(() => gate.signal('SIGKILL'), graceMs);
  const end = await gate.end;
  clearTimeout(kill);
  if (end !== 'code 0') throw new Error(`A gate that was told to end ended with ${end}, ${graceMs / 1000} s granted.`);
  return (performance.now() - toldAt) / 1000;
}

async function podSpec({ api }: Lab['cluster'], namespace: string): Promise<PodSpec> {
  const { text } = await api.send('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/imagegate-webhook`);
  return (JSON.parse(text) as { readonly spec: { readonly template: { readonly spec: PodSpec } } }).spec.template.spec;
}
