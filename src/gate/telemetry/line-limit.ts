export interface LineLimitOptions {
  /** So many lines a second, for as long as one likes. */
  readonly perSecond: number;
  /** So many at once, after some time with less. */
  readonly burst: number;
  /** Told once a second, where any were left out. */
  readonly onSuppressed: (lines: number) => void;
}

/** Whether one more line may be written on behalf of somebody. */
export type LineLimit = (who: string) => boolean;

/**
 * Makes what bounds the lines of the log that strangers cause: each costs them one small request, and what pushes a node's
 * log files out takes with it what somebody will look for.
 */
export function createLineLimit({ perSecond, burst, onSuppressed }: LineLimitOptions): LineLimit {
  /** Lines that are not paid off yet. */
  const owed = new Map<string, number>();
  let suppressed = 0;
  let clock: NodeJS.Timeout | undefined;
  const nextSecond = (): void => {
    for (const [who, lines] of owed) {
      if (lines > perSecond) owed.set(who, lines - perSecond);
      else owed.delete(who);
    }
    if (suppressed > 0) onSuppressed(suppressed);
    suppressed = 0;
    if (owed.size > 0) return;
    clearInterval(clock);
    clock = undefined;
  };
  return (who) => {
    const lines = owed.get(who) ?? 0;
    if (lines >= burst) {
      suppressed += 1;
      return false;
    }
    owed.set(who, lines + 1);
    clock ??= setInterval(nextSecond, 1000).unref();
    return true;
  };
}
