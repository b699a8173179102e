import type { Context } from 'koa';
import { inSlices } from '../../admission/in-slices.ts';
import { ClientGoneError } from './refusal.ts';

interface Waiting {
  readonly spent: number;
  readonly go: () => void;
}

/**
 * Schedules the slices of long reviews, one per round of the event loop, so that new requests are read in between.
 * The review that has used the fewest steps is next: a small pod does not wait for large ones.
 */
export class Turns {
  readonly #waiting = new Set<Waiting>();
  #isAnnounced = false;

  /**
   * Runs a generator in slices, each in its turn.
   *
   * @throws {ClientGoneError} when nobody waits for the result any more.
   */
  run<T>({ req }: Context, pieces: Generator<number, T>): T | Promise<T> {
    return inSlices(pieces, async (spent) => {
      await this.next(spent);
      if (req.socket.destroyed) throw new ClientGoneError();
    });
  }

  /** @param spent steps used so far */
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
    // Ties go to the longest waiting: a set keeps insertion order.
    return [...this.#waiting].reduce((least, one) => (one.spent < least.spent ? one : least));
  }
}
