import { readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { residentMib } from '../../../bench/process-usage.ts';
import { certificatesMount, certificatesOf } from '../certificates-of.ts';
import type { Fault } from '../fault.ts';
import { expectNoFailure } from '../load.ts';
import type { World } from '../world.ts';

/** What a gate holds at one moment. */
interface Sample {
  readonly mib: number;
  /** But for those of connections that there are: on a busy machine the API server has more, now and then. */
  readonly descriptors: number;
}

/** How much more, over the time that is looked at, is still flat. */
const flat: Readonly<Record<keyof Sample, number>> = { mib: 8, descriptors: 4 };

export const soak: Fault = {
  name: 'soak with reloads and renewals',
  passesWhen: 'resident memory flat after warm-up (slope of the minima), descriptors flat, 0 errors',
  deadlineSeconds: (long) => (long ? 10_800 : 240),
  run: async ({ long, createWorld }) => {
    const world = await createWorld({ name: 'soak', timeoutSeconds: 20 });
    const seconds = long ? 7200 : 60;
    const samples = new Map(world.gates.map((gate) => [gate, [] as Sample[]]));
    const sums = { creates: 0, changes: 0 };
    const change = await changes(world);
    for (let second = 0; second < seconds; second += 1) {
      if (second % 5 === 0) {
        await change((sums.changes += 1));
        // So that handshakes are a part of it.
        await world.cutIdle();
      }
      const [answered] = await Promise.all([world.paced(20, 20), wait(1000)]);
      expectNoFailure(answered);
      sums.creates += answered.length;
      for (const [{ pid, port }, of] of samples) of.push(sampleOf(pid, world.proxy.connections(port)));
    }
    const figures = [...samples.values()].map((of) => {
      // A third is the warm-up: code is compiled, caches and the heap fill.
      const warm = of.slice(Math.floor(of.length / 3));
      const growth = {
        mib: growthOf(warm.map(({ mib }) => mib)),
        descriptors: growthOf(warm.map((s) => s.descriptors)),
      };
      return { ...growth, last: warm.at(-1)! };
    });
    for (const growth of figures) {
      for (const what of ['mib', 'descriptors'] as const) {
        if (growth[what] > flat[what])
          throw new Error(`A gate grew by ${growth[what].toFixed(1)} ${what} in ${seconds} s.`);
      }
    }
    const list = (name: 'mib' | 'descriptors', digits: number): string =>
      figures.map(({ [name]: grown, last }) => `${last[name].toFixed(digits)} (${grown.toFixed(1)})`).join(', ');
    return [
      ['seconds', seconds],
      ['creates', sums.creates],
      ['reloads and renewals', sums.changes],
      ['MiB at the end (grown)', list('mib', 0)],
      ['descriptors (grown)', list('descriptors', 0)],
    ];
  },
};

/** Changes the policy and the certificate in turn, in all gates; the number makes each another one. */
async function changes(world: World): Promise<(number: number) => Promise<void>> {
  const of = await certificatesOf(world);
  return async (number) => {
    const [path, files] =
      number % 2 === 0
        ? (['/app/rules.d', { ALLOWED_REGISTRIES: 'docker.io', BLOCKED_TAGS: `latest,v${number}` }] as const)
        : ([certificatesMount, of.files(await of.make())] as const);
    await Promise.all(world.gates.map(async (gate) => gate.mount(path, files)));
  };
}

function sampleOf(pid: number, connections: number): Sample {
  return { mib: residentMib(pid), descriptors: readdirSync(`/proc/${pid}/fd`).length - connections };
}

/** By how much the minima of a dozen stretches grow from the first to the last, by the line of least squares. */
function growthOf(values: readonly number[]): number {
  const stretches = 12;
  const minima = Array.from({ length: stretches }, (_, index) =>
    Math.min(
      ...values.slice((index * values.length) / stretches, Math.ceil(((index + 1) * values.length) / stretches)),
    ),
  );
  const middle = (stretches - 1) / 2;
  const mean = minima.reduce((sum, value) => sum + value, 0) / stretches;
  const covariance = minima.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const variance = minima.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return (covariance / variance) * (stretches - 1);
}
