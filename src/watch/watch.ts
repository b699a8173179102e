import { isDeepStrictEqual } from 'node:util';

export interface WatchOptions<State> {
  /** Reads the state of now. Something invalid is a state too: what this rejects with ends the process. */
  readonly read: () => Promise<State>;
  /** The state that is settled already. */
  readonly settled: State;
  readonly pollMs: number;
  /** Whether one look is enough. By default none is: the first may have come between the writing of two files. */
  readonly isSure?: (state: State) => boolean;
  /**
   * Takes or rejects a new state, once.
   *
   * @param isCurrent whether the state is still the same, and nobody has stopped the watch
   * @returns in how many milliseconds to try again, if it could not be settled
   */
  readonly settle: (state: State, isCurrent: () => Promise<boolean>) => Promise<number | undefined> | void;
}

export interface Watch {
  /** Looks no more, and waits for the look that has begun. */
  readonly stop: () => Promise<void>;
}

/**
 * Watches mounted files by polling: the kubelet changes them by swapping the symlink `..data`, and some mounts never
 * notify of that. A state is settled once two looks in a row have found it.
 */
export function watch<State>(options: WatchOptions<State>): Watch {
  const { read, pollMs, isSure = () => false, settle } = options;
  let settled: State | undefined = options.settled;
  let lastSeen = options.settled;
  let timer: NodeJS.Timeout;
  let polling = Promise.resolve();
  let stopped = false;

  async function poll(): Promise<void> {
    const state = await read();
    const isSteady = isSure(state) || isDeepStrictEqual(state, lastSeen);
    lastSeen = state;
    if (stopped) return;
    let retryMs: number | undefined | void;
    if (isSteady && !isDeepStrictEqual(state, settled)) {
      retryMs = await settle(state, async () => isDeepStrictEqual(await read(), state) && !stopped);
      settled = retryMs === undefined ? state : undefined;
    }
    if (!stopped) schedule(retryMs ?? pollMs);
  }

  function schedule(ms: number): void {
    timer = setTimeout(() => {
      polling = poll();
    }, ms).unref();
  }

  schedule(pollMs);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await polling;
    },
  };
}
