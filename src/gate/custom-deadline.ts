import { patienceMs } from './patience.ts';

/** How long custom rules may take, from the arrival of a request, in milliseconds. */
const CUSTOM_RULES_MS = 500;
/** What must be left of the client's patience when their time is over: to ask the others again, and to answer. */
const MARGIN_MS = 500;
const LEAST_MS = 50;

/**
 * When custom rules must have answered, on the clock of `performance.now()`.
 *
 * @param timeout how long the client waits: the API server says it in the query, as `?timeout=5s`
 */
export function customDeadline(timeout: string | null | undefined, arrivedAt = performance.now()): number {
  return arrivedAt + Math.max(LEAST_MS, Math.min(CUSTOM_RULES_MS, patienceMs(timeout) - MARGIN_MS));
}
