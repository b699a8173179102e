import type { Context, Next } from 'koa';
import { MAX_BODY_BYTES } from './body-limits.ts';
import { Refusal } from './refusal.ts';

/**
 * Keeps the bodies that are in memory at the same time within a budget, in bytes; a lone one is always taken. What is over it is refused with 429 and
 * `Retry-After: 1`, which the API server honours (verdicts under "Facts of the API server" in docs/operations.md).
 *
 * @throws {Refusal}
 */
export function createBodyBudget(budgetBytes: number) {
  let inFlight = 0;
  return function bodyBudget(ctx: Context, next: Next): Promise<unknown> {
    // Nobody knows the size of a chunked body before its end.
    const bytes = Number(ctx.req.headers['content-length'] ?? MAX_BODY_BYTES);
    if (inFlight > 0 && inFlight + bytes > budgetBytes) {
      throw new Refusal('overloaded', 'Too many large reviews are being read: try again in a second.', {
        headers: { 'retry-after': '1', connection: 'close' },
      });
    }
    inFlight += bytes;
    return next().finally(() => {
      inFlight -= bytes;
    });
  };
}
