import type { Fault } from '../fault.ts';

/** Rows of what a stranger does. */
export const attacks: readonly Fault[] = [];
