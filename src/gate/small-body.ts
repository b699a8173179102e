import type { IncomingMessage } from 'node:http';
import type { Context, Next } from 'koa';
import { SMALL_BODY_BYTES } from './body-limits.ts';
import { ClientGoneError } from './client-gone-error.ts';
import { notJson } from './request-check.ts';

/** What a text may begin with; the body parser passes over it too. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Whether a request says that its body is small, as almost all do. A chunked one says nothing. */
export function hasSmallBody({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length']) <= SMALL_BODY_BYTES;
}

/**
 * Reads a small body, as the body parser would, but without what that needs for streams of any size and encoding: a tenth
 * of the requests a second (docs/decisions/0006). No `async` for the same reason.
 *
 * @throws {Refusal} for what is not JSON, or is a scalar.
 */
export function readSmallBody(ctx: Context, next: Next): Promise<unknown> {
  const { req, request } = ctx;
  return new Promise((resolve, reject) => {
    let body: Buffer | undefined;
    req.on('data', (chunk: Buffer) => {
      body = body === undefined ? chunk : Buffer.concat([body, chunk]);
    });
    req.on('end', () => {
      try {
        request.body = parseBody(body?.toString() ?? '');
        resolve(next());
      } catch (error) {
        reject(error);
      }
    });
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
    // Its error quotes the body, which nobody should see.
    throw notJson();
  }
}
