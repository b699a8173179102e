import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Context } from 'koa';
import { announcesBody, isInPieces, MAX_BODY_BYTES, SMALL_BODY_BYTES } from './body-limits.ts';
import { REFUSALS } from './refusal.ts';

/** Answers with JSON. */
export type SendJson = (ctx: Context, status: number, json: string, headers?: Readonly<Record<string, string>>) => void;

/** How long a client that is told no may go on sending before the connection is cut, in milliseconds. */
const LINGER_MS = 2000;
/** Of these an API server may have to learn while it sends a large body: it tries again, or tells the user. */
const LARGE_REFUSED: ReadonlySet<number> = new Set([REFUSALS['body-too-large'], REFUSALS.overloaded]);

export interface SendJsonOptions {
  /** Whether clients should find another gate: then each answer is the last on its connection. */
  readonly draining: () => boolean;
  /** A connection brought a verdict. */
  readonly onVerdict: (socket: Socket) => void;
}

/**
 * Makes the one function that answers. It answers by hand, past Koa: for a review that is worth some 5 % of the requests
 * per second (bench/README.md). An answer that is no verdict (200) is the last on its connection: whoever asks for anything
 * else has no reason to hold one.
 */
export function createSendJson({ draining, onVerdict }: SendJsonOptions): SendJson {
  return (ctx, status, json, extra) => {
    ctx.respond = false;
    const { req, res } = ctx;
    if (res.headersSent || req.socket.destroyed) return;
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

/** Whether the client may still be sending: an answer then has to close the connection, or it would hang. */
function hasUnreadBody(req: IncomingMessage): boolean {
  return !req.readableEnded && announcesBody(req);
}

/**
 * Sends the answer, and reads on until the client has nothing more to send, for some seconds, or until it has sent so many
 * bytes. Closing at once would make the kernel reset the connection, and a client that is busy sending would see that in
 * place of the answer.
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
