/** One body's share of a budget. */
export interface Share {
  readonly address: string;
  /** Bytes. */
  held: number;
  /** When it was opened, on the clock of `performance.now()`. */
  readonly since: number;
  /** Called once, on eviction, after its bytes were returned. */
  readonly giveBack: () => void;
}

/** Bytes per millisecond (1 MiB/s) below which a body is slow: its sender is stalling. */
export const SLOW = 1024 ** 2 / 1000;

/**
 * A budget of bytes for bodies being read, shared fairly between addresses; one alone may use all of it. When it is used
 * up, a share is evicted: the slowest of the slow ones, since holding bytes without sending costs an attacker nothing;
 * else the slowest of the address that holds most.
 */
export class FairBudget {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #shares = new Set<Share>();
  #held = 0;

  /** @param limit bytes; no single share may exceed it */
  constructor(limit: number, now = () => performance.now()) {
    this.#limit = limit;
    this.#now = now;
  }

  /** The bytes of all shares. */
  get held(): number {
    return this.#held;
  }

  open(address: string, giveBack: () => void): Share {
    const share: Share = { address, held: 0, since: this.#now(), giveBack };
    this.#shares.add(share);
    return share;
  }

  /** Adds to a share. Shares evicted for it, perhaps this one, are closed and their `giveBack` is called. */
  take(share: Share, bytes: number): void {
    share.held += bytes;
    this.#held += bytes;
    while (this.#held > this.#limit) {
      const victim = this.#victim();
      this.close(victim);
      victim.giveBack();
    }
  }

  /** Returns the bytes of a share; does nothing if it is closed already. */
  close(share: Share): void {
    if (this.#shares.delete(share)) this.#held -= share.held;
  }

  #victim(): Share {
    const now = this.#now();
    // At least 1 ms, or a new share would divide by zero.
    const pace = ({ held, since }: Share): number => held / Math.max(now - since, 1);
    const holders = [...this.#shares].filter(({ held }) => held > 0);
    const slow = holders.filter((share) => pace(share) < SLOW);
    const candidates = slow.length > 0 ? slow : ofLargest(holders);
    return candidates.reduce((slowest, share) => (pace(share) < pace(slowest) ? share : slowest));
  }
}

/** The shares of the address that holds most. */
function ofLargest(shares: readonly Share[]): readonly Share[] {
  const sums = new Map<string, number>();
  for (const { address, held } of shares) sums.set(address, (sums.get(address) ?? 0) + held);
  const most = Math.max(...sums.values());
  return shares.filter(({ address }) => sums.get(address) === most);
}
