import { setTimeout as wait } from 'node:timers/promises';
import type { GatePod } from '../../cluster/gate-pod.ts';
import type { Fault } from '../fault.ts';
import { expectNoFailure, expectNoneWrong, failures } from '../load.ts';
import type { World } from '../world.ts';

const burst = 40;

/** How a gate is lost, and comes back. */
interface Loss {
  readonly name: string;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  /** How long the proxy sends connections there still. */
  readonly noticedMs: number;
  /** See WorldOptions: nobody answers for a gate that is stopped, and the load has to go on. */
  readonly timeoutSeconds: number;
  readonly comeBack: (gate: GatePod) => Promise<void>;
}

const losses: readonly Loss[] = [
  // A kubelet sees the end of a container at once, and the news has to reach every node.
  {
    name: 'SIGKILL of one gate',
    signal: 'SIGKILL',
    noticedMs: 2000,
    timeoutSeconds: 20,
    comeBack: async (gate) => gate.start(),
  },
  // Two probes have to fail, at most 5 s apart, the second after 2 s: see deployment.yaml.
  {
    name: 'SIGSTOP of one gate for 10 s',
    signal: 'SIGSTOP',
    noticedMs: 7000,
    timeoutSeconds: 5,
    comeBack: async (gate) => {
      await wait(3000);
      gate.signal('SIGCONT');
    },
  },
];

export const gateLost: readonly Fault[] = losses.map((loss) => ({
  name: loss.name,
  passesWhen: 'failures only until the proxy drops it; nothing wrongly allowed',
  deadlineSeconds: (long) => (long ? 600 : 120),
  run: async ({ long, createWorld }) => {
    const world = await createWorld({ name: loss.signal.toLowerCase(), timeoutSeconds: loss.timeoutSeconds });
    const times = long ? 10 : 2;
    let creates = 0;
    let failed = 0;
    for (let index = 0; index < times; index += 1) {
      const lost = await lose(world, world.gates[index % world.gates.length]!, loss);
      creates += lost.creates;
      failed += lost.failed;
    }
    return [
      ['times', times],
      ['creates', creates],
      ['failed before it was dropped', failed],
    ];
  },
}));

async function lose(world: World, gate: GatePod, loss: Loss): Promise<{ creates: number; failed: number }> {
  const { proxy } = world;
  expectNoFailure(await world.burst(burst));
  // More at once than the pool has connections, so that some are opened anew.
  const loads = [world.load(20), world.bursts(burst, 500)];
  await wait(1000);
  gate.signal(loss.signal);
  await wait(loss.noticedMs);
  proxy.remove(gate.port);
  const droppedAt = performance.now();
  await loss.comeBack(gate);
  proxy.add(gate.port);
  await wait(2000);
  const outcomes = (await Promise.all(loads.map(async ({ stop }) => stop()))).flat();
  expectNoneWrong(outcomes);
  expectNoFailure(outcomes.filter(({ sent }) => sent > droppedAt));
  const failed = failures(outcomes);
  if (failed.length === 0) throw new Error('Not one create met the lost gate: nothing was tried.');
  return { creates: outcomes.length, failed: failed.length };
}
