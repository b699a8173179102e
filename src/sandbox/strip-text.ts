import { transformSync } from 'amaro';
import type { Source } from './rule-sources.ts';

/** What `transformSync` throws for a text that it cannot read: no `Error`. */
interface Refusal {
  readonly message: string;
  readonly startLine: number;
  /** From 0 on. */
  readonly startColumn: number;
}

/** A text without its types; and whether what strips them is broken by it, and would fail at whatever comes next. */
export function stripText(text: string): { readonly source: Source; readonly isBroken: boolean } {
  try {
    return { source: { text: transformSync(text, { mode: 'strip-only' }).code }, isBroken: false };
  } catch (error) {
    // Its stack is over.
    if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError)
      return { source: { problem: { message: 'it is nested too deeply' } }, isBroken: true };
    const { message, startLine: line, startColumn } = error as Refusal;
    return { source: { problem: { message, line, column: startColumn + 1 } }, isBroken: false };
  }
}
