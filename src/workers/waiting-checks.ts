import type { Limits } from './limits.ts';

/** Counts the checks, an image by a rule each, of the large requests that wait: each takes memory of this process. */
export class WaitingChecks {
  readonly #limits: Pick<Limits, 'fewChecks' | 'waitingChecks'>;
  #count = 0;

  constructor(limits: Pick<Limits, 'fewChecks' | 'waitingChecks'>) {
    this.#limits = limits;
  }

  /**
   * Whether there is room for more. If so, they are counted until the answer is there.
   *
   * @param answer must not reject
   */
  admits(checks: number, answer: Promise<unknown>): boolean {
    if (checks <= this.#limits.fewChecks) return true;
    if (this.#count + checks > this.#limits.waitingChecks) return false;
    this.#count += checks;
    void answer.then(() => (this.#count -= checks));
    return true;
  }
}
