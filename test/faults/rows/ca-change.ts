import { runCertificates } from '../../cluster/deploy-copy.ts';
import type { Fault } from '../fault.ts';
import { expectNoFailure, type Outcome } from '../load.ts';
import { rollOut, type Leaving } from '../rollout.ts';

/** By the order of `certificates.sh --help`, with creates all the time, and at each step more than the pool has connections. */
export const caChange: Fault = {
  name: 'CA change with overlap',
  passesWhen: '0 failed',
  deadlineSeconds: (long) => (long ? 1800 : 240),
  run: async (lab) => {
    const world = await lab.createWorld({ name: 'ca', timeoutSeconds: 20 });
    const changes = lab.long ? 10 : 1;
    const leaving: Leaving[] = [];
    const bursts: Outcome[] = [];
    const load = world.load(10);
    const step = async (action: () => Promise<unknown>): Promise<void> => {
      await action();
      bursts.push(...(await world.burst(40)));
    };
    for (let index = 0; index < changes; index += 1) {
      await step(async () => runCertificates(world.deploy, ['--new-ca']));
      await step(async () => world.apply('-f', 'webhook-with-ca.yaml'));
      await step(async () => world.apply('-f', 'secret.yaml'));
      // The kubelets bring the Secret to the old gates, too, some time before or after those are replaced.
      const old = world.gates.filter(({ port }) => world.proxy.endpoints.includes(port));
      await step(async () => Promise.all(old.map(async (gate) => gate.refreshVolumes())));
      await step(async () => leaving.push(...(await rollOut(lab, world, 'endpoint first'))));
      await step(async () => runCertificates(world.deploy, ['--drop-old-ca']));
      await step(async () => world.apply('-f', 'webhook-with-ca.yaml'));
    }
    await world.paced(20, 10);
    const outcomes = [...(await load.stop()), ...bursts];
    expectNoFailure(outcomes);
    await Promise.all(leaving.map(async ({ end }) => end));
    return [
      ['changes', changes],
      ['creates', outcomes.length],
    ];
  },
};
