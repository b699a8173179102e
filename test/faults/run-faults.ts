import type { Cluster } from '../cluster/cluster.ts';
import type { Fault, Figure, Lab } from './fault.ts';
import type { createWorld, World } from './world.ts';

/** How a row ended. */
export interface Result {
  readonly fault: Fault;
  readonly seconds: number;
  readonly figures: readonly Figure[];
  /** What did not hold; undefined if all did. */
  readonly failure: string | undefined;
}

export interface RunOptions {
  readonly long: boolean;
  readonly cluster: Cluster;
  /** Told when a row has ended. */
  readonly onResult: (result: Result) => void;
  readonly makeWorld: typeof createWorld;
}

/** So many gates start, and so many creates are on the way, that two cores are not the bottleneck. */
const sideBySide = 8;

/**
 * Runs the rows: some of those that are light side by side, begun in their order, and the heavy ones one after another,
 * once those are done. Each ends at its deadline at the latest, and with it all that it has started.
 */
export async function runFaults(faults: readonly Fault[], options: RunOptions): Promise<readonly Result[]> {
  const results = new Map<Fault, Result>();
  const run = async (fault: Fault): Promise<void> => {
    const result = await runFault(fault, options);
    results.set(fault, result);
    options.onResult(result);
  };
  const runAll = async (queue: Iterator<Fault>): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await run(next.value);
  };
  const light = faults.filter(({ heavy }) => !heavy).values();
  await Promise.all(Array.from({ length: sideBySide }, async () => runAll(light)));
  await runAll(faults.filter(({ heavy }) => heavy).values());
  return faults.flatMap((fault) => results.get(fault) ?? []);
}

async function runFault(fault: Fault, { long, cluster, makeWorld }: RunOptions): Promise<Result> {
  const worlds: Promise<World>[] = [];
  const seconds = fault.deadlineSeconds?.(long) ?? (long ? 3600 : 180);
  const state = { over: false };
  const lab: Lab = {
    long,
    cluster,
    createWorld: async (options) => {
      // A row that goes on after its deadline starts nothing more.
      if (state.over) throw new Error(`The ${seconds} s of this fault are over.`);
      const world = makeWorld(cluster, options);
      worlds.push(world);
      return world;
    },
  };
  const began = performance.now();
  const outcome = await inTime(fault.run(lab), seconds).then(
    (figures) => ({ figures, failure: undefined }),
    (error: unknown) => ({ figures: [], failure: error instanceof Error ? error.message : String(error) }),
  );
  state.over = true;
  const removed = await Promise.allSettled(worlds.map(async (world) => (await world).remove()));
  // A world that was never made is told by the row itself.
  const left = removed.find((end) => end.status === 'rejected');
  const failure = outcome.failure ?? (left && `What it had started could not be removed: ${String(left.reason)}`);
  return { fault, seconds: (performance.now() - began) / 1000, figures: outcome.figures, failure };
}

/** @throws Error if it takes longer. */
async function inTime<T>(work: Promise<T>, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It had not ended after ${seconds} s.`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
