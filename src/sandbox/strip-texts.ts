import { transformSync } from 'amaro';

/** A module's text for the engine, or why there is none. */
export type Source = { readonly text: string } | { readonly problem: SourceProblem };

/** Why a text cannot be loaded. */
export interface SourceProblem {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** What `transformSync` throws for invalid syntax: not an `Error`. */
interface Refusal {
  readonly message: string;
  readonly startLine: number;
  /** From 0. */
  readonly startColumn: number;
}

/** Strips the types of each text, up to one that crashes the transformer, which then would fail for all others. */
export function stripTexts(texts: readonly string[], report: (source: Source) => void): void {
  for (const text of texts) {
    try {
      report({ text: transformSync(text, { mode: 'strip-only' }).code });
    } catch (error) {
      if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) {
        report({ problem: { message: 'it is nested too deeply' } });
        return;
      }
      const { message, startLine: line, startColumn } = error as Refusal;
      report({ problem: { message, line, column: startColumn + 1 } });
    }
  }
}
