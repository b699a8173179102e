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
 * Answers what never becomes a request: no HTTP, too large a head, or too slow. Node would answer with a bare status;
 * this says the same in the form of all other refusals.
 */
export function createMalformedHttpAnswer({ log, metrics, logRefusal }: MalformedHttpOptions) {
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (isUnused(error, socket)) return;
    // All else is the connection's: a reset, or a handshake that failed or took too long. An answer would wait forever.
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
    // destroySoon, where end() would leave a half-open connection to whoever doesn't close theirs.
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroySoon();
  };
}

/**
 * Whether a connection was found to be too slow over which no byte of HTTP has come. An API server dials ahead, and may use
 * such a connection a minute later: answered with 408, it would take that for the answer to a request. So it is kept like
 * any that is idle; the head that comes at last has all of its time.
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
