import { mistakeText, type Mistake } from '../mistake/mistake.ts';

/** Each mistake once: an option that holds in several namespaces is judged for each of them. */
export function distinctMistakes(mistakes: readonly Mistake[]): readonly Mistake[] {
  return [...new Map(mistakes.map((mistake) => [mistakeText(mistake), mistake])).values()];
}
