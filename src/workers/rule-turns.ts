import { AsyncLocalStorage } from 'node:async_hooks';

/** A rule at work: it is imported, or asked for a task. */
interface Turn {
  readonly rule: string;
  /** What it left behind has failed meanwhile, as the end of a sentence. */
  failure: string | undefined;
}

/**
 * One rule after the other has its turn. What a rule leaves behind, a promise or a timer, may fail in the turn of
 * another rule: Node keeps for it whose turn it was when it began.
 */
export class RuleTurns {
  readonly #storage = new AsyncLocalStorage<Turn>();
  readonly #settled: () => Promise<void>;
  #current: Turn | undefined;

  /** @param settled waits for what fails at once */
  constructor(settled: () => Promise<void>) {
    this.#settled = settled;
  }

  /** The rule whose doing this is, whichever has its turn. */
  get rule(): string | undefined {
    return (this.#storage.getStore() ?? this.#current)?.rule;
  }

  /** Gives a rule its turn, which ends when what fails at once has failed, and is known to be a failure of it. */
  async take<Result>(
    rule: string,
    work: () => Result,
  ): Promise<{ readonly result: Awaited<Result>; readonly failure: string | undefined }> {
    const turn: Turn = { rule, failure: undefined };
    this.#current = turn;
    const result = await this.#storage.run(turn, work);
    await this.#settled();
    this.#current = undefined;
    return { result, failure: turn.failure };
  }

  /**
   * Takes a failure that nobody has caught as one of the turn that it belongs to.
   *
   * @param suspect the rule that it seems to be of, for what Node does not know it of: a microtask, on Node 20
   * @returns the rule, if its turn is over, so that nobody will be told; `false` if it is not.
   */
  fail(failure: string, suspect: string | undefined): { readonly rule: string | undefined } | false {
    const turn = this.#storage.getStore();
    const rule = turn?.rule ?? suspect;
    const isCurrent = turn === undefined ? [undefined, this.#current?.rule].includes(rule) : turn === this.#current;
    if (this.#current === undefined || !isCurrent) return { rule };
    this.#current.failure ??= failure;
    return false;
  }
}
