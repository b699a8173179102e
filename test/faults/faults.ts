import type { Fault } from './fault.ts';
import { attacks } from './rows/attacks.ts';
import { clusterRows } from './rows/cluster-rows.ts';
import { habits } from './rows/habits.ts';

/** All rows, in the order of the table. */
export const faults: readonly Fault[] = [...attacks, ...habits, ...clusterRows];
