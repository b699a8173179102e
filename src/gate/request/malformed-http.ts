import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import type { Logger } from 'pino';
import { printable } from '../../mistake/printable.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { Refusal, refusalBody } from './refusal.ts';
import type { LogRefusal } from '../telemetry/request-log.ts';

export interface MalformedHttpOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly logRefusal: LogRefusal;
}

/**
 * Answers input that never becomes a request: not HTTP, too large a head, or too slow. Node would answer with a bare
 * status; this has the form of all other refusals.
 */
export function createMalformedHttpAnswer({ log, metrics, logRefusal }: MalformedHttpOptions) {
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (isUnused(error, socket)) return;
    // A connection error: a reset, or a TLS handshake that failed or timed out. An answer would wait forever.
    if (!/^(?:HPE|ERR_HTTP)_/.test(error.code ?? '') || !socket.writable) {
      log.debug(`Connection error: ${printable(error.message)}`);
      socket.destroy();
      return;
    }
    const refusal = refusalOf(error.code);
    const { status } = refusal;
    if (error.code === 'HPE_INVALID_EOF_STATE')
      log.debug('Client closed the connection before its request was complete.');
    else {
      metrics.refused(status);
      logRefusal(refusal, socket);
    }
    const body = refusalBody(refusal);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    // Not end(): that leaves the connection half open until the client closes its side.
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroySoon();
  };
}

/**
 * Whether a connection that has carried no byte of HTTP timed out. An API server dials ahead, and may send its first request
 * a minute later: it would take a 408 for the answer to that. So the connection is kept like any idle one.
 */
function isUnused({ code }: { readonly code?: string }, { bytesRead }: Socket): boolean {
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' && bytesRead === 0;
}

function refusalOf(code: string | undefined): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Refusal('request-timeout', 'The request took too long to arrive.');
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal('headers-too-large', 'The head of the request is too large.');
  return new Refusal('http-malformed', 'The request is not HTTP/1.1.');
}
