import { transformSync } from 'amaro';

/** A module's text as the engine reads it, or what keeps it from being read. */
export type Source = { readonly text: string } | { readonly problem: SourceProblem };

/** What is wrong with a text before it runs. */
export interface SourceProblem {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** What `transformSync` throws for a text that it cannot read: no `Error`. */
interface Refusal {
  readonly message: string;
  readonly startLine: number;
  /** From 0 on. */
  readonly startColumn: number;
}

/** Says of each text what it is without its types, up to one that breaks what strips them: it would fail at all others. */
export function stripTexts(texts: readonly string[], say: (source: Source) => void): void {
  for (const text of texts) {
    try {
      say({ text: transformSync(text, { mode: 'strip-only' }).code });
    } catch (error) {
      if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) {
        say({ problem: { message: 'it is nested too deeply' } });
        return;
      }
      const { message, startLine: line, startColumn } = error as Refusal;
      say({ problem: { message, line, column: startColumn + 1 } });
    }
  }
}
