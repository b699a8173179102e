import type { Fault } from '../fault.ts';

/** Rows of what happens to the cluster around the gate. */
export const clusterRows: readonly Fault[] = [];
