import type { Cluster } from '../cluster/cluster.ts';
import type { World, WorldOptions } from './world.ts';

/** Something that goes wrong with a gate, or that a stranger does to it: a row of the table. */
export interface Fault {
  readonly name: string;
  /** What `run` holds, in the words of the table. */
  readonly passesWhen: string;
  /** Its latencies are measured, or it loads the machine: then no other such fault runs at the same time. */
  readonly heavy?: true;
  /** When it has failed in any case, in seconds, with `--long` if it says so. Default: 180, and 3,600 with `--long`. */
  readonly deadlineSeconds?: (long: boolean) => number;
  /** @throws Error that says what did not hold. A fault that cannot be tried throws, too. */
  run(lab: Lab): Promise<readonly Figure[]>;
}

/** One thing that a row has measured, such as `creates` and `750`. */
export type Figure = readonly [name: string, value: string | number];

/** What a fault works with. */
export interface Lab {
  /** Whether there is time for the sizes of `--long`. */
  readonly long: boolean;
  /** One for all rows: what disturbs others needs a cluster of its own. */
  readonly cluster: Cluster;
  /** Gates in front of the cluster for a namespace of its own. It is removed after the row. */
  readonly createWorld: (options: WorldOptions) => Promise<World>;
}
