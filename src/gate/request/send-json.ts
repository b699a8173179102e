import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Context } from 'koa';
import { announcesBody, isInPieces, MAX_BODY_BYTES, SMALL_BODY_BYTES } from './body-limits.ts';
import { FairBudget } from './fair-budget.ts';
import { REFUSALS } from './refusal.ts';

export type SendJson = (ctx: Context, status: number, json: string, headers?: Readonly<Record<string, string>>) => void;

/** How long a refused client may go on sending before the connection is closed, in milliseconds. */
const LINGER_MS = 2000;
/** What an API server may get while it still sends a large body: it must see the answer, to retry or to show it. */
const LARGE_REFUSED: ReadonlySet<number> = new Set([REFUSALS['body-too-large'], REFUSALS.overloaded]);

/** Of all large answers that wait to be read: patches, of 5 MiB at most. An API server reads them at once. */
export const UNREAD_BYTES = 32 * 1024 ** 2;

export interface SendJsonOptions {
  /** Whether shutdown was requested: then each answer closes its connection. */
  readonly draining: () => boolean;
  /** Called with the connection of each verdict. */
  readonly onVerdict: (socket: Socket) => void;
}

/**
 * Makes the one function that answers. It bypasses Koa's response, which gains some 5 % of reviews per second
 * (bench/README.md). An answer other than a verdict (200) closes its connection: such a client has no reason to keep one.
 */
export function createSendJson({ draining, onVerdict }: SendJsonOptions): SendJson {
  const unreadBytes = new FairBudget(UNREAD_BYTES);
  return (ctx, status, json, extra) => {
    ctx.respond = false;
    const { req, res } = ctx;
    if (res.headersSent || req.socket.destroyed) return;
    if (json.length > SMALL_BODY_BYTES) holdUntilRead(unreadBytes, req, res, json.length);
    const headers: Record<string, string | number> = {
      ...extra,
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(json),
    };
    const unread = hasUnreadBody(req);
    const isVerdict = status === 200;
    if (isVerdict) onVerdict(req.socket);
    if (!isVerdict || unread || draining()) headers['connection'] = 'close';
    res.writeHead(status, headers);
    if (unread) endAfterBody(req, res, json, LARGE_REFUSED.has(status) ? MAX_BODY_BYTES : SMALL_BODY_BYTES);
    else res.end(json);
  };
}

/** What is not read stays in memory, and no timeout ends it for minutes: past the budget the slowest readers are cut off. */
function holdUntilRead(budget: FairBudget, { socket }: IncomingMessage, res: ServerResponse, bytes: number): void {
  const share = budget.open(socket.remoteAddress ?? '', () => socket.destroy());
  res.once('close', () => budget.close(share));
  budget.take(share, bytes);
}

/** Whether the client may still be sending: the answer then has to close the connection, or it would hang. */
function hasUnreadBody(req: IncomingMessage): boolean {
  return !req.readableEnded && announcesBody(req);
}

/**
 * Sends the answer, then reads on until the body ends, LINGER_MS have passed, or `bytes` were read. Closing at once would
 * make the kernel reset the connection, and a client still sending would see the reset instead of the answer.
 */
function endAfterBody(req: IncomingMessage, res: ServerResponse, json: string, bytes: number): void {
  let [read, pieces] = [0, 0];
  const end = (): void => {
    clearTimeout(timer);
    res.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  res.write(json);
  req.on('data', ({ length }: Buffer) => {
    read += length;
    pieces += 1;
    if (read > bytes || isInPieces(pieces, read)) end();
  });
  req.once('end', end).once('close', end);
}
