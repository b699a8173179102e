import { setTimeout as wait } from 'node:timers/promises';

const pauseMs = 50;
/** Bounds a hang, and measures nothing: many times what a busy machine takes for anything that tests wait for. */
const defaultMs = 60_000;

type NotYet = false | null | undefined;

/**
 * Waits until a condition holds, instead of sleeping: asks at once and then every 50 ms.
 * @param condition what to ask. Anything falsy means "not yet"; what it throws ends the wait and is passed on.
 * @param what what is waited for, for the error: a noun phrase, or a function that makes one when it is too late (so
 *   that it can tell what was there instead).
 * @param ms the deadline, in milliseconds; to give one is for what has to happen in that time.
 * @returns the condition's first truthy answer.
 * @throws Error `Waited <ms> ms for <what>.` after the deadline. A condition that itself never answers is not ended.
 */
export async function until<T>(
  condition: () => T | NotYet | Promise<T | NotYet>,
  what: string | (() => string),
  ms = defaultMs,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one answer decides whether to ask again
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() >= deadline) {
      throw new Error(`Waited ${ms} ms for ${typeof what === 'string' ? what : what()}.`);
    }
    // oxlint-disable-next-line no-await-in-loop -- the pause between two questions
    await wait(pauseMs);
  }
}
