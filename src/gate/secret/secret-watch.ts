import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { MistakesError, mistakeText } from '../../mistake/mistake.ts';
import { watch } from '../../watch/watch.ts';

export interface SecretWatchOptions<T> {
  /** Reads it. @throws {MistakesError} if it is invalid. */
  readonly load: () => Promise<T>;
  /** The one that is active already. */
  readonly current: T;
  readonly pollMs: number | undefined;
  readonly onReloaded: (secret: T) => void;
  /** What the log says, once, of an invalid one, which leaves the previous one active. */
  readonly rejected: string;
  readonly log: Logger;
}

export interface LiveSecret<T> {
  readonly current: () => T;
  readonly stop: () => Promise<void>;
}

/** The kubelet updates a Secret within a minute or so: to look more often than every 10 s gains nothing. */
export const SECRET_POLL_MS = 10_000;

/** Keeps a secret as its file is. A valid one is taken at the first look: the previous one may have become known. */
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

/** @throws anything else that was thrown. */
export function mistakesOf(thrown: unknown): MistakesError {
  if (thrown instanceof MistakesError) return thrown;
  throw thrown;
}
