import { RuleTestError } from './rule-test-error.ts';

/** What a test runner offers. Mocha, jest and vitest do (vitest under `globals: true`), and `node:test`. */
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
