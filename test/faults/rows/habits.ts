import type { Fault } from '../fault.ts';
import { gateLost } from './gate-lost.ts';
import { policyReloads } from './policy-reloads.ts';
import { rollingRestarts } from './rolling-restart.ts';
import { unusedConnections } from './unused-connections.ts';

/** Rows of what the API server does by itself, and of what happens in the life of a gate. */
export const habits: readonly Fault[] = [...rollingRestarts, unusedConnections, policyReloads, ...gateLost];
