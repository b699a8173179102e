/**
 * Graceful shutdown. After the signal, the gate answers for a while longer, with `Connection: close`: the API server never
 * retries a refused or reset connection, and all of them need time to see that this endpoint has gone.
 */
export interface Drain {
  /** Whether shutdown was requested. */
  readonly draining: () => boolean;
  /** Begins the drain; a second call ends it at once. */
  readonly begin: () => void;
  /** Resolves when it is time to close. */
  readonly over: Promise<void>;
  /** Aborted by the second call: idle connections are closed, too. */
  readonly hurry: AbortSignal;
}

export interface DrainOptions {
  readonly seconds: number;
  readonly onBegin: () => void;
}

export function createDrain({ seconds, onBegin }: DrainOptions): Drain {
  let timer: NodeJS.Timeout | undefined;
  let finish: () => void;
  const hurry = new AbortController();
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    draining: () => timer !== undefined,
    begin: () => {
      if (timer !== undefined) {
        clearTimeout(timer);
        hurry.abort();
        finish();
        return;
      }
      timer = setTimeout(finish, seconds * 1000);
      onBegin();
    },
    over,
    hurry: hurry.signal,
  };
}
