/** The interface of a test runner: mocha, jest, vitest (global under `globals: true`) and `node:test` have it. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => void | Promise<void>) => unknown;
}

/** @throws {RuleTestError} if the runner has no global `describe` and `it`. */
export function globalRunner(): TestRunner {
  const { describe, it } = globalThis as Partial<TestRunner>;
  if (typeof describe === 'function' && typeof it === 'function') return { describe, it };
  throw new RuleTestError(
    'testRule found no global describe and it. Pass those of your runner: ' +
      "`import { describe, it } from 'node:test';` and `testRule(rule, cases, { describe, it });`.",
  );
}

/** A failed test of a rule. Runners show a diff if it has `expected` and `actual`. */
export class RuleTestError extends Error {
  override readonly name = 'RuleTestError';
  readonly expected?: string;
  readonly actual?: string;

  constructor(
    message: string,
    { cause, expected, actual }: { cause?: unknown; expected?: string; actual?: string } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    if (expected === undefined || actual === undefined) return;
    this.expected = expected;
    this.actual = actual;
  }
}
