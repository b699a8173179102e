import { type Mistake, MistakesError } from './mistake.ts';

/** Collects the mistakes of several parts, to report them together. */
export class CollectedMistakes {
  readonly mistakes: Mistake[];

  constructor(mistakes: readonly Mistake[] = []) {
    this.mistakes = [...mistakes];
  }

  /** The result of `part`, or `undefined` if it had mistakes. Other errors are thrown. */
  async from<T>(part: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await part();
    } catch (error) {
      if (!(error instanceof MistakesError)) throw error;
      this.mistakes.push(...error.mistakes);
      return undefined;
    }
  }
}
