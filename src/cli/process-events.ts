/** What the system and Node tell a process. */
export interface ProcessEvents {
  /** Rejects with what nobody caught. */
  readonly crashed: Promise<never>;
  /** Listens no more. */
  stop(): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Listens to the process. Node passes a promise that was rejected and never handled on as an uncaught exception too.
 *
 * @param onSignal called for each signal to end
 */
export function listenToProcess(onSignal: () => void): ProcessEvents {
  let crash: (error: unknown) => void;
  const crashed = new Promise<never>((_resolve, reject) => {
    crash = reject;
  });
  // If the start fails first, nobody waits for this any more.
  crashed.catch(() => {});
  const onCrash = (error: unknown): void => crash(error);
  process.on('uncaughtException', onCrash);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    crashed,
    stop: () => {
      process.off('uncaughtException', onCrash);
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
