import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, Figure, Lab } from '../fault.ts';
import { expectNoFailure, type Outcome } from '../load.ts';
import { rollOut, type Order, type RolloutHooks } from '../rollout.ts';
import type { World } from '../world.ts';

/** Makes the creates of a rollout, and returns all of them when it is over. */
type Traffic = (world: World, rollout: (hooks?: RolloutHooks) => Promise<void>) => Promise<readonly Outcome[]>;

const drainMs = 15_000;
/** `IdleConnTimeout` of its transport for webhooks. */
const apiServerIdleMs = 90_000;

/** Ten a second, and every other second more at once than the pool has connections, so that some are opened anew. */
const steady: Traffic = async (world, rollout) => {
  const outcomes = await fillPool(world);
  const loads = [world.load(10), world.bursts(40, 2000)];
  await rollout();
  return [...outcomes, ...(await Promise.all(loads.map(async ({ stop }) => stop()))).flat()];
};

/**
 * Nothing but bursts: one that fills the pool before a gate is told to end, and one spread over the moment at which the
 * gate closes its listener. A request is lost that is sent while the end of its connection is on the way.
 */
const bursts: Traffic = async (world, rollout) => {
  const outcomes: Outcome[] = [];
  await rollout({
    before: async () => {
      outcomes.push(...(await fillPool(world)));
    },
    told: async ({ toldAt }) => {
      await wait(toldAt + drainMs - performance.now() - 50);
      outcomes.push(...(await world.paced(48, 400)));
    },
  });
  return outcomes;
};

/** Nothing at all until the API server lets go of its idle connections, and one burst spread over that moment. */
const quiet: Traffic = async (world, rollout) => {
  const outcomes = await fillPool(world);
  const over = wait(apiServerIdleMs - 100).then(async () => world.paced(48, 240));
  await rollout();
  return [...outcomes, ...(await over)];
};

/** In several bursts: connections over which no request has come are ended by a gate that drains. */
async function fillPool(world: World): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  await world.cutIdle();
  for (let burst = 0; burst < 4; burst += 1) outcomes.push(...(await world.burst(25)));
  return outcomes;
}

function rollingRestart(order: Order, kind: string, traffic: Traffic, delayMs = 0): Fault {
  const kindName = kind.replaceAll(/\W+/g, '-');
  const run = async (lab: Lab): Promise<readonly Figure[]> => {
    const world = await lab.createWorld({
      name: `${order === 'endpoint first' ? 'ep' : 'st'}-${kindName}`,
      timeoutSeconds: 20,
    });
    world.proxy.delayMs = delayMs;
    const outcomes: Outcome[] = [];
    let longest = 0;
    let pooled = 0;
    const rollouts = lab.long ? 20 : 1;
    for (let index = 0; index < rollouts; index += 1) {
      outcomes.push(
        ...(await traffic(world, async (hooks) => {
          const leaving = await rollOut(lab, world, order, hooks);
          for (const { connections } of leaving) pooled += connections;
          longest = Math.max(longest, ...(await Promise.all(leaving.map(async ({ end }) => end))));
        })),
      );
      expectNoFailure(outcomes);
    }
    // One gate may by chance have had none; without any, nothing was tried.
    if (pooled === 0) throw new Error('No gate that was told to end had a connection of the API server left.');
    return [
      ['rollouts', rollouts],
      ['creates', outcomes.length],
      ['connections kept', pooled],
      ['longest end', `${longest.toFixed(1)} s`],
    ];
  };
  return {
    name: `rolling restart, ${order}, ${kind}${delayMs > 0 ? `, ${delayMs} ms each way` : ''}`,
    passesWhen: '0 failed, each gate ends by itself',
    deadlineSeconds: (long) => (long ? 20 : 1) * 200,
    run,
  };
}

export const rollingRestarts: readonly Fault[] = (['endpoint first', 'SIGTERM first'] as const).flatMap((order) => [
  rollingRestart(order, 'quiet pools', quiet, 5),
  rollingRestart(order, 'bursts', bursts, 5),
  rollingRestart(order, 'steady', steady),
]);
