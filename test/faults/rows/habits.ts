import type { Fault } from '../fault.ts';
import { caChange } from './ca-change.ts';
import { certificates } from './certificates.ts';
import { gateLost } from './gate-lost.ts';
import { keepAliveEdge } from './keep-alive-edge.ts';
import { mutatingHalf } from './mutating-half.ts';
import { policyReloads } from './policy-reloads.ts';
import { rollingRestarts } from './rolling-restart.ts';
import { soak } from './soak.ts';
import { unusedConnections } from './unused-connections.ts';

/** Rows of what the API server does by itself, and of what happens in the life of a gate; the longest are begun first. */
export const habits: readonly Fault[] = [
  policyReloads,
  ...rollingRestarts,
  certificates,
  soak,
  caChange,
  unusedConnections,
  ...gateLost,
  ...mutatingHalf,
  keepAliveEdge,
];
