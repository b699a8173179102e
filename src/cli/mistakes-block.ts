import { type Mistake, mistakeText } from '../mistake/mistake.ts';

/**
 * All mistakes as one block of text for the terminal.
 *
 * @param outcome its first words
 */
export function mistakesBlock(mistakes: readonly Mistake[], outcome = 'ImageGate did not start'): string {
  const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
  const lines = mistakes.map((mistake) => `  ${mistakeText(mistake)}`);
  return `${outcome}: ${count}.\n\n${lines.join('\n')}\n\ndocs/errors.md explains the codes in brackets.\n`;
}

/** Where a command prints. */
export interface Output {
  /** Writes to the standard output. */
  readonly write: (text: string) => void;
  /** Writes to the standard error. */
  readonly writeError: (text: string) => void;
}

/** What its standard output is. */
export interface Terminal {
  /** Whether it is a terminal, which then has colours unless the user wants none. */
  readonly terminal: boolean;
  readonly env: { readonly NO_COLOR?: string | undefined };
}

/** @see https://no-color.org */
export function hasColors({ terminal, env }: Terminal): boolean {
  return terminal && (env.NO_COLOR ?? '') === '';
}
