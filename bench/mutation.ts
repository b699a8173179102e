import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLoad, type Load } from './load.ts';
import type { BenchOptions } from './options.ts';
import { cpuSeconds } from './process-usage.ts';
import { median } from './quantile.ts';
import { allowedReview, type RecordedReview } from './reviews.ts';
import { startGate, type ServerOptions, type ServerProcess } from './server-process.ts';

/** What it costs to rewrite a pod, in what its validation costs: CPU time of the gate, medians over pairs of rounds. */
export interface MutationCost {
  /** All of its images are rewritten, and the annotation is made. */
  readonly patched: number;
  /** Its images are at the mirror already, so that there is no patch. */
  readonly unchanged: number;
  /** Microseconds of a validation. */
  readonly validation: number;
}

const MIRROR = 'mirror.example.com/hub';
const POLICY = `rules:
  registry-mirror: { action: rewrite, options: { mirrors: [{ registry: docker.io, mirror: ${MIRROR} }] } }
  registry-allowlist: { options: { registries: [${MIRROR}] } }
`;
const CONCURRENCY = 8;
/** What CPU time is counted in, in seconds. */
const TICK = 0.01;

/** Sends the same pod to be rewritten, and as it then is to be validated, to one gate in turn. */
export async function measureMutation({ rounds, seconds }: BenchOptions, server: ServerOptions): Promise<MutationCost> {
  const folder = await mkdtemp(join(tmpdir(), 'imagegate-bench-policy-'));
  await writeFile(join(folder, 'policy.yaml'), POLICY);
  const gate = await startGate(server, { POLICY_DIR: folder });
  try {
    const mirrored = mirroredReview();
    const [validate, patch, leave] = await Promise.all([
      openFor(gate, '/validate', mirrored),
      openFor(gate, '/mutate', allowedReview()),
      openFor(gate, '/mutate', mirrored),
    ]);
    const costs: { validate: number; patch: number; leave: number }[] = [];
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      const measured = { validate: await cost(validate), patch: await cost(patch), leave: await cost(leave) };
      if (round > 0) costs.push(measured);
    }
    for (const load of [validate, patch, leave]) load.close();
    return {
      patched: median(costs.map((round) => round.patch / round.validate)),
      unchanged: median(costs.map((round) => round.leave / round.validate)),
      validation: median(costs.map((round) => round.validate)),
    };
  } finally {
    await gate.stop();
    await rm(folder, { recursive: true });
  }

  /** Microseconds of CPU time a request. */
  async function cost(load: Load): Promise<number> {
    const before = cpuSeconds(gate.pid);
    const { requests } = await load.run(seconds);
    return (Math.max(TICK, cpuSeconds(gate.pid) - before) / requests) * 1e6;
  }
}

async function openFor({ port }: ServerProcess, path: string, review: RecordedReview): Promise<Load> {
  return openLoad({ port, path, review, allowed: true, concurrency: CONCURRENCY });
}

/** The recorded review with the images of the mirror. */
export function mirroredReview(): RecordedReview {
  const review = allowedReview();
  const { initContainers, containers } = review.request.object.spec;
  for (const container of [...initContainers, ...containers])
    container.image = container.image.replace('docker.io', MIRROR);
  return review;
}
