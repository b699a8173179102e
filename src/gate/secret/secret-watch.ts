import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { MistakesError, mistakeText } from '../../mistake/mistake.ts';
import { watch } from '../../watch/watch.ts';

export interface SecretWatchOptions<T> {
  /** Reads the secret. @throws {MistakesError} if it is invalid. */
  readonly load: () => Promise<T>;
  /** The active secret. */
  readonly current: T;
  readonly pollMs: number | undefined;
  readonly onReloaded: (secret: T) => void;
  /** Logged once for an invalid secret, which leaves the previous one active. */
  readonly rejected: string;
  readonly log: Logger;
}

export interface LiveSecret<T> {
  readonly current: () => T;
  readonly stop: () => void;
}

/** The kubelet takes a minute or so to update a Secret, so polling more often than every 10 s gains nothing. */
export const SECRET_POLL_MS = 10_000;

/** Watches a secret. A valid one is taken at the first poll: the previous one may have leaked. */
export function watchSecret<T>(options: SecretWatchOptions<T>): LiveSecret<T> {
  const { load, pollMs = SECRET_POLL_MS, onReloaded, rejected, log } = options;
  let { current } = options;
  const { stop } = watch<T | MistakesError>({
    read: async () => load().catch(mistakesOf),
    settled: current,
    pollMs,
    isSure: (found) => !(found instanceof MistakesError),
    settle: (found) => {
      if (found instanceof MistakesError) log.error({ mistakes: found.mistakes.map(mistakeText) }, rejected);
      else if (!isDeepStrictEqual(found, current)) onReloaded((current = found));
    },
  });
  return { current: () => current, stop };
}

/** Returns a `MistakesError`, and throws any other error again. */
export function mistakesOf(thrown: unknown): MistakesError {
  if (thrown instanceof MistakesError) return thrown;
  throw thrown;
}
