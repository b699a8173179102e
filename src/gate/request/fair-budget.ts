/** What one holder has of a budget. */
export interface Share {
  readonly address: string;
  /** Bytes. */
  held: number;
  /** When it was opened, on the clock of `performance.now()`. */
  readonly since: number;
  /** Called once, when it has to go; it holds nothing any more by then. */
  readonly giveBack: () => void;
}

/** A body that came more slowly than this, in bytes a millisecond (1 MiB/s), waits for a sender that does not send. */
export const SLOW = 1024 ** 2 / 1000;

/**
 * A budget of bytes for bodies that are being read, shared fairly between the addresses that they come from. One address
 * alone may have all of it. Once it is used up, somebody gives back: first whoever sends slowly, since to hold bytes
 * without sending costs a stranger nothing; then the address that has most, of its bodies the slowest. Among bodies that
 * come at the same pace that is the one with the longest way to go.
 */
export class FairBudget {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #shares = new Set<Share>();
  #held = 0;

  /** @param limit bytes, of which one share alone must never have more */
  constructor(limit: number, now = () => performance.now()) {
    this.#limit = limit;
    this.#now = now;
  }

  /** The bytes that all have together. */
  get held(): number {
    return this.#held;
  }

  open(address: string, giveBack: () => void): Share {
    const share: Share = { address, held: 0, since: this.#now(), giveBack };
    this.#shares.add(share);
    return share;
  }

  /** Adds to a share. Shares that have to go for it, this one perhaps among them, are closed and told. */
  take(share: Share, bytes: number): void {
    share.held += bytes;
    this.#held += bytes;
    while (this.#held > this.#limit) {
      const victim = this.#victim();
      this.close(victim);
      victim.giveBack();
    }
  }

  /** Ends a share; nothing happens where it has ended already. */
  close(share: Share): void {
    if (this.#shares.delete(share)) this.#held -= share.held;
  }

  #victim(): Share {
    const now = this.#now();
    // A share that has just been opened has no pace yet.
    const pace = ({ held, since }: Share): number => held / Math.max(now - since, 1);
    const holders = [...this.#shares].filter(({ held }) => held > 0);
    const slow = holders.filter((share) => pace(share) < SLOW);
    const candidates = slow.length > 0 ? slow : ofLargest(holders);
    return candidates.reduce((slowest, share) => (pace(share) < pace(slowest) ? share : slowest));
  }
}

/** The shares of the address that has most. */
function ofLargest(shares: readonly Share[]): readonly Share[] {
  const sums = new Map<string, number>();
  for (const { address, held } of shares) sums.set(address, (sums.get(address) ?? 0) + held);
  const most = Math.max(...sums.values());
  return shares.filter(({ address }) => sums.get(address) === most);
}
