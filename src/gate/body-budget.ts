import type { Context, Next } from 'koa';
import { MAX_BODY_BYTES } from './body-limits.ts';
import { Refusal } from './refusal.ts';

/** There is no room for one more large review at the moment. The API server honours `Retry-After`. */
export function overloaded(): Refusal {
  return new Refusal('overloaded', 'Too many large reviews are being read: try again in a second.', {
    headers: { 'retry-after': '1', connection: 'close' },
  });
}

/**
 * Keeps the bodies that are in memory at the same time within a budget, in bytes; a lone one is always taken.
 *
 * @throws {Refusal} for what is over it.
 */
export function createBodyBudget(budgetBytes: number) {
  let inFlight = 0;
  return function bodyBudget(ctx: Context, next: Next): Promise<unknown> {
    // Nobody knows the size of a chunked body before its end.
    const bytes = Number(ctx.req.headers['content-length'] ?? MAX_BODY_BYTES);
    if (inFlight > 0 && inFlight + bytes > budgetBytes) throw overloaded();
    inFlight += bytes;
    return next().finally(() => {
      inFlight -= bytes;
    });
  };
}
