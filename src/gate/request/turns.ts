interface Waiting {
  readonly spent: number;
  readonly go: () => void;
}

/**
 * Who takes long waits for turns, one in each round of the event loop, so that what has arrived meanwhile comes between.
 * The turn is that of whoever has used least: a small pod does not wait for large ones.
 */
export class Turns {
  readonly #waiting = new Set<Waiting>();
  #isAnnounced = false;

  /** @param spent what was used before, in whatever unit */
  async next(spent: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.add({ spent, go });
      this.#announce();
    });
  }

  #announce(): void {
    if (this.#isAnnounced || this.#waiting.size === 0) return;
    this.#isAnnounced = true;
    setImmediate(() => {
      this.#isAnnounced = false;
      const next = this.#leastSpent();
      this.#waiting.delete(next);
      this.#announce();
      next.go();
    });
  }

  #leastSpent(): Waiting {
    // Of several the one that has waited longest, since a set keeps their order.
    return [...this.#waiting].reduce((least, one) => (one.spent < least.spent ? one : least));
  }
}
