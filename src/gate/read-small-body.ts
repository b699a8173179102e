import type { IncomingMessage } from 'node:http';
import type { Context, Next } from 'koa';
import { SMALL_BODY_BYTES } from './body-limits.ts';
import { ClientGoneError } from './client-gone-error.ts';
import { notJson } from './request-check.ts';

/** What a text may begin with; the body parser passes over it too. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Reads a body that says that it is small, which almost all do, and leaves every other one to the body parser behind this,
 * which takes what was read already as it is. To read a small one as if it were large and in any encoding costs a tenth of
 * the requests a second (docs/decisions/0006).
 *
 * @throws {Refusal} for what is not JSON, or is a scalar.
 */
export async function readSmallBody(ctx: Context, next: Next): Promise<unknown> {
  const { req } = ctx;
  if (!(Number(req.headers['content-length']) <= SMALL_BODY_BYTES)) return next();
  ctx.request.body = parseBody((await wholeBody(req)).toString());
  return next();
}

/** All of a body of which the head was read; its length was said, so that the HTTP parser knows where it ends. */
async function wholeBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let body: Buffer | undefined;
    req.on('data', (chunk: Buffer) => {
      body = body === undefined ? chunk : Buffer.concat([body, chunk]);
    });
    req.on('end', () => resolve(body ?? Buffer.alloc(0)));
    req.on('error', () => reject(new ClientGoneError()));
  });
}

function parseBody(text: string): object {
  const value = valueOf(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  if (typeof value !== 'object' || value === null) throw notJson();
  return value;
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The error quotes the body, which nobody should see.
    throw notJson();
  }
}
