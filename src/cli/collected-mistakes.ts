import { MistakesError, type Mistake } from '../mistake/mistake.ts';

/** Runs one part of a start after the other and keeps what is wrong with each, to tell all of it together. */
export class CollectedMistakes {
  readonly mistakes: Mistake[] = [];

  /** What `part` makes; `undefined` if it had mistakes. Whatever else it throws is passed on. */
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
