import { setTimeout as wait } from 'node:timers/promises';
import { metric } from '../../e2e/metric.ts';
import type { Fault } from '../fault.ts';
import { expectNoFailure, type Outcome } from '../load.ts';

const burstSize = 25;

/**
 * In a burst the API server dials more connections than it comes to use: a request takes whichever is free first. The
 * others stay in its pool, and Node's `headersTimeout` (5 s, looked at once a second) would close them with a 408, which
 * the next burst may meet.
 */
export const unusedConnections: Fault = {
  name: 'unused connections: bursts 5 to 6.2 s apart',
  passesWhen: '0 failed, no 408',
  deadlineSeconds: (long) => (long ? 600 : 120),
  run: async ({ long, createWorld }) => {
    const world = await createWorld({ name: 'unused', timeoutSeconds: 20 });
    const pairs = (long ? 1500 : 250) / burstSize / 2;
    const outcomes: Outcome[] = [];
    for (let index = 0; index < pairs; index += 1) {
      // With none left all are dialled anew, and some of them remain unused.
      await world.cutIdle();
      outcomes.push(...(await world.burst(burstSize)));
      // The pauses go through the moments at which the unused ones would be closed.
      await wait(5000 + (1200 * index) / pairs);
      outcomes.push(...(await world.burst(burstSize)));
    }
    const counts = await Promise.all(
      world.gates.map(async (gate) => metric(gate, 'imagegate_bad_requests_total', { status: '408' })),
    );
    const timedOut = counts.reduce((sum, count) => sum + count, 0);
    expectNoFailure(outcomes);
    if (timedOut > 0) throw new Error(`The gates counted ${timedOut} requests as 408.`);
    return [['creates', outcomes.length]];
  },
};
