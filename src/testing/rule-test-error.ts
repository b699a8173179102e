/** What a test of a rule fails with. Runners show `expected` and `actual` as a difference where both are there. */
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
