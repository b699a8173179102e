import type { Context, Middleware, Next } from 'koa';
import { createBodyBudget } from './body-budget.ts';
import { BODY_BUDGET_BYTES, MAX_JSON_MARKS } from './body-limits.ts';
import { checkBody, createBodyParser } from './body-parser.ts';
import { createJsonMarksLimit } from './json-marks.ts';
import { hasSmallBody, readSmallBody } from './small-body.ts';

/**
 * Reads the body of a request that was checked. A small one at once; any other one within the memory that all of them
 * have together, and by the body parser.
 */
export function createBodyReader(): Middleware {
  const keepBudget = createBodyBudget(BODY_BUDGET_BYTES);
  const limitJsonMarks = createJsonMarksLimit(MAX_JSON_MARKS);
  const parseBody = createBodyParser();
  const readLargeBody = (ctx: Context, next: Next): Promise<unknown> =>
    keepBudget(ctx, () => limitJsonMarks(ctx, () => parseBody(ctx, () => checkBody(ctx, next))));
  return (ctx, next) => (hasSmallBody(ctx.req) ? readSmallBody(ctx, next) : readLargeBody(ctx, next));
}
