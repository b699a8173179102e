/**
 * Skips a test, or those behind a hook, for lack of a program, and says so. Where `CI` is `true` nothing may be left out
 * without a word: there it fails.
 * @throws Error under CI.
 */
export function skipWithout(program: string, context: Pick<Mocha.Context, 'skip'>): never {
  if (process.env['CI'] === 'true')
    throw new Error(`${program} is missing, and with CI=true no test is skipped for that.`);
  console.log(`      NOT RUN: ${program} is missing.`);
  return context.skip();
}
