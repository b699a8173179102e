import type { Context, Next } from 'koa';
import { Refusal } from './refusal.ts';
import { refuseBody } from './refuse-body.ts';

/** There is no room for one more large review at the moment. The API server honours `Retry-After`. */
export function overloaded(): Refusal {
  return new Refusal('overloaded', 'Too many large reviews are being read: try again in a second.', {
    headers: { 'retry-after': '1', connection: 'close' },
  });
}

/**
 * Makes what keeps the bodies that are in memory at the same time within a budget, in bytes, of which one alone never has
 * more. It counts what has come, not what was announced: to hold the budget against others one has to send it.
 */
export function createBodyBudget(budgetBytes: number) {
  let inFlight = 0;
  return function bodyBudget({ req }: Context, next: Next): Promise<unknown> {
    let taken = 0;
    const take = ({ length }: Buffer): void => {
      inFlight += length;
      taken += length;
      if (inFlight <= budgetBytes) return;
      req.off('data', take);
      refuseBody(req, overloaded());
    };
    req.on('data', take);
    return next().finally(() => {
      req.off('data', take);
      inFlight -= taken;
    });
  };
}
