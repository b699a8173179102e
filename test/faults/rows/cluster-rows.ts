import type { Fault } from '../fault.ts';
import { clockOff } from './clock.ts';
import { outage } from './outage.ts';
import { serverRestarts } from './server-restarts.ts';
import { throttledStart } from './throttled-start.ts';
import { tightenedPolicy } from './tightened-policy.ts';

/** Rows of what happens to the cluster around the gate, and to the machine that it runs on. */
export const clusterRows: readonly Fault[] = [serverRestarts, clockOff, outage, tightenedPolicy, throttledStart];
