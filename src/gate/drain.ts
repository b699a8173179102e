/**
 * The end of a gate that is in use. Told to end, it goes on answering for a while, each answer being the last on its
 * connection: the API server never retries a connection that is refused or reset, and it takes a while until all of them
 * know that this gate is going.
 */
export interface Drain {
  /** The gate was told to end. */
  readonly draining: () => boolean;
  /** Tells it to end; told again, it ends at once. */
  readonly begin: () => void;
  /** Resolves when it is time to close. */
  readonly over: Promise<void>;
  /** Aborted when it was told to end again: nothing that can be ended is waited for. */
  readonly hurry: AbortSignal;
}

export interface DrainOptions {
  readonly seconds: number;
  /** Called when the drain begins. */
  readonly onBegin: () => void;
}

/** Makes a drain that has not begun. */
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
