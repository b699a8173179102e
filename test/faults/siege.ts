import { get } from 'node:http';
import { processorShare } from '../../bench/process-usage.ts';
import { startAttack, type Counts } from './attacker.ts';
import type { Attack } from './attack-kinds.ts';
import type { Victim } from './decoy.ts';
import { latencyMs, type Outcome } from './load.ts';
import type { World } from './world.ts';

export interface SiegeOptions {
  readonly world: World;
  /** The path of the attacker. */
  readonly attacker: string;
  readonly attack: Attack;
  /** Whence. */
  readonly from: readonly string[];
  readonly victim: Victim;
  /** How many creates happen meanwhile, at which pace. */
  readonly creates: number;
  readonly perSecond: number;
  /** And how many of large pods after them, at once. */
  readonly large: number;
}

/** What happened while a victim was attacked. */
export interface Siege {
  readonly outcomes: readonly Outcome[];
  /** The median of the 99th percentiles of the three thirds, in milliseconds. */
  readonly p99: number;
  readonly counts: readonly Counts[];
  readonly seconds: number;
  /** How many probes were not answered in time. */
  readonly probesLost: number;
  /** How much of a processor the victim got when it wanted one, from 0 to 1. */
  readonly share: number;
}

const THIRDS = 3;
/** So many of each third at the same time, which are not among those that are measured. */
const BURST = 17;
/** From when all connections are there until the attacker ends by itself. */
const MOST_SECONDS = 300;
const PROBE_EVERY_MS = 500;
/** As the liveness probe of deploy/ has it. */
const PROBE_TIMEOUT_MS = 5000;

/** Has the gates asked, as steadily as they answer, while a victim is attacked: one of them, or somebody else. */
export async function besiege(options: SiegeOptions): Promise<Siege> {
  const { world, attacker, attack, from, victim, creates, perSecond, large } = options;
  const began = performance.now();
  const attackers = attack.map(({ port, plan }) =>
    startAttack(attacker, {
      ...plan,
      from,
      port: port === 'ops' ? victim.opsPort : victim.port,
      seconds: MOST_SECONDS,
    }),
  );
  const probes = startProbes(victim.opsPort);
  const share = processorShare(victim.pid);
  try {
    await Promise.all(attackers.map(({ ready }) => ready));
    const thirds: (readonly Outcome[])[] = [];
    const others: Outcome[] = [];
    for (let third = 0; third < THIRDS; third += 1) {
      // The API server has to find a way in anew: its old connections may be safe where new ones are not.
      world.proxy.cut();
      others.push(...(await world.burst(BURST)));
      thirds.push(await world.paced(Math.ceil(creates / THIRDS) - BURST, perSecond));
    }
    others.push(...(await world.burst(large, 'large')));
    return {
      outcomes: [...thirds.flat(), ...others],
      p99: thirds.map((third) => latencyMs(third, 0.99)).toSorted((a, b) => a - b)[1] as number,
      seconds: (performance.now() - began) / 1000,
      share: share(),
      probesLost: await probes.stop(),
      counts: await Promise.all(attackers.map(async (one) => one.end())),
    };
  } finally {
    await Promise.allSettled([probes.stop(), ...attackers.map(async (one) => one.end())]);
  }
}

/** Asks as a kubelet does, each time over a new connection. */
function startProbes(port: number): { stop(): Promise<number> } {
  let lost = 0;
  const pending = new Set<Promise<void>>();
  const probe = async (): Promise<void> =>
    new Promise((resolve) => {
      const request = get({ host: '127.0.0.1', port, path: '/livez', agent: false, timeout: PROBE_TIMEOUT_MS });
      request.once('response', (response) => response.resume().once('close', resolve));
      request.once('timeout', () => request.destroy(new Error('timeout')));
      request.once('error', () => {
        lost += 1;
        resolve();
      });
    });
  const clock = setInterval(() => {
    const one = probe();
    pending.add(one);
    void one.then(() => pending.delete(one));
  }, PROBE_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(clock);
      await Promise.all(pending);
      return lost;
    },
  };
}
