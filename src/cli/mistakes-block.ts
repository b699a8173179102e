import { mistakeText, type Mistake } from '../mistake/mistake.ts';

/** All mistakes of a start as one block of text for a person. */
export function mistakesBlock(mistakes: readonly Mistake[]): string {
  const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
  const lines = mistakes.map((mistake) => `  ${mistakeText(mistake)}`);
  return `ImageGate did not start: ${count}.\n\n${lines.join('\n')}\n\ndocs/errors.md explains the codes in brackets.\n`;
}
