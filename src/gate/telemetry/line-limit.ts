export interface LineLimitOptions {
  /** The sustained rate. */
  readonly perSecond: number;
  /** The most lines at once, after some time with fewer. */
  readonly burst: number;
  /** Called once a second with the number of suppressed lines, if there are any. */
  readonly onSuppressed: (lines: number) => void;
}

/** Whether one more line may be written for a source, such as an address. */
export type LineLimit = (who: string) => boolean;

/**
 * A rate limit (leaky bucket) for log lines that untrusted clients cause: each costs them one small request, and a flood
 * would rotate the useful lines out of the node's log files.
 */
export function createLineLimit({ perSecond, burst, onSuppressed }: LineLimitOptions): LineLimit {
  /** The fill of each source's bucket, in lines. */
  const owed = new Map<string, number>();
  let suppressed = 0;
  setInterval(() => {
    for (const [who, lines] of owed) {
      if (lines > perSecond) owed.set(who, lines - perSecond);
      else owed.delete(who);
    }
    if (suppressed > 0) onSuppressed(suppressed);
    suppressed = 0;
  }, 1000).unref();
  return (who) => {
    const lines = owed.get(who) ?? 0;
    if (lines >= burst) {
      suppressed += 1;
      return false;
    }
    owed.set(who, lines + 1);
    return true;
  };
}
