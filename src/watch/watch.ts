import { isDeepStrictEqual } from 'node:util';

export interface WatchOptions<State> {
  /** Reads the current state. Invalid content is a state, too: a rejection ends the process. */
  readonly read: () => Promise<State>;
  /** The state that is already settled. */
  readonly settled: State;
  readonly pollMs: number;
  /** Whether one poll is enough. By default never: it may have come between the writing of two files. */
  readonly isSure?: (state: State) => boolean;
  /**
   * Accepts or rejects a new state, once.
   *
   * @param isCurrent whether the state is still the same, and the watch is not stopped
   * @returns after how many milliseconds to retry, if it could not be settled
   */
  readonly settle: (state: State, isCurrent: () => Promise<boolean>) => Promise<number | undefined> | void;
}

export interface Watch {
  /** Nothing is settled any more. It does not wait for a read that has begun: a mount may never answer. */
  readonly stop: () => void;
}

/**
 * Watches mounted files by polling: the kubelet updates them by swapping the symlink `..data`, of which some mounts send no
 * notification. A state is settled once two polls in a row have found it.
 */
export function watch<State>(options: WatchOptions<State>): Watch {
  const { read, pollMs, isSure = () => false, settle } = options;
  let settled: State | undefined = options.settled;
  let lastSeen = options.settled;
  let timer: NodeJS.Timeout;
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
    timer = setTimeout(() => void poll(), ms).unref();
  }

  schedule(pollMs);
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
