import bodyParser from 'koa-bodyparser';
import type { Context, Middleware, Next } from 'koa';
import { MAX_BODY_BYTES } from './body-limits.ts';
import { ClientGoneError } from './client-gone-error.ts';
import { Refusal } from './refusal.ts';
import { emptyBody, notJson, tooLarge } from './request-check.ts';

/** The types of koa-bodyparser know neither of these. */
interface Options extends Omit<bodyParser.Options, 'jsonLimit'> {
  /** A number is not parsed anew for each request. */
  readonly jsonLimit: number;
  /** `ignore`: a key `__proto__` becomes a property like any other, which harms nobody here. */
  readonly onProtoPoisoning: 'ignore';
}

/** Reads the body as JSON: an object or an array, of at most `MAX_BODY_BYTES`, in UTF-8. */
export function createBodyParser(): Middleware {
  const options: Options = {
    enableTypes: ['json'],
    jsonLimit: MAX_BODY_BYTES,
    onProtoPoisoning: 'ignore',
    // checkRequest has seen to that.
    detectJSON: () => true,
    onerror: (error) => {
      throw bodyError(error);
    },
  };
  return bodyParser(options as unknown as bodyParser.Options);
}

/**
 * Refuses a chunked body that had no bytes, of which the parser makes an empty object, and lets go of the text of others.
 *
 * @throws {Refusal}
 */
export function checkBody(ctx: Context, next: Next): Promise<unknown> {
  if (ctx.request.rawBody === '') throw emptyBody();
  // Nobody reads it any more, and it is as large as the body.
  ctx.request.rawBody = '';
  return next();
}

/** The parser's error without the body, which it carries as a property and, for bad JSON, partly in its message. */
function bodyError(error: Error & { readonly type?: string; readonly status?: number }): Error {
  if (error instanceof Refusal) return error;
  if (error instanceof SyntaxError) return notJson();
  if (error.type === 'entity.too.large') return tooLarge();
  if (error.type === 'request.aborted' || error.type === 'stream.not.readable') return new ClientGoneError();
  return new Error(`The body cannot be read: ${error.message}`);
}
