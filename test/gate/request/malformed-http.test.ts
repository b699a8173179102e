import type { Socket } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { createMalformedHttpAnswer } from '../../../src/gate/request/malformed-http.ts';
import { createMetrics } from '../../../src/gate/telemetry/metrics.ts';

const answer = (status: string, code: string, message: string): string => {
  const body = JSON.stringify({ code, message });
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
};
const BAD = answer('400 Bad Request', 'http-malformed', 'The request is not HTTP/1.1.');
const LATE = answer('408 Request Timeout', 'request-timeout', 'The request took too long to arrive.');
const LARGE = answer(
  '431 Request Header Fields Too Large',
  'headers-too-large',
  'The head of the request is too large.',
);
const GONE = 'Client closed the connection before its request was complete.';
const BROKEN = String.raw`Connection error: it\u{A}broke`;

describe('createMalformedHttpAnswer', () => {
  for (const [what, code, { writable = true, bytesRead = 9 }, ...expected] of [
    ['what is no HTTP', 'HPE_INVALID_METHOD', {}, 'refused 400', BAD, 'destroySoon'],
    ['too large a head', 'HPE_HEADER_OVERFLOW', {}, 'refused 431', LARGE, 'destroySoon'],
    ['what came too slowly', 'ERR_HTTP_REQUEST_TIMEOUT', {}, 'refused 408', LATE, 'destroySoon'],
    ['what never came', 'ERR_HTTP_REQUEST_TIMEOUT', { bytesRead: 0 }],
    ['a client that goes in mid-request', 'HPE_INVALID_EOF_STATE', {}, GONE, BAD, 'destroySoon'],
    ['a connection that takes no answer', 'HPE_INVALID_METHOD', { writable: false }, BROKEN, 'destroy'],
    ['a reset', 'ECONNRESET', { bytesRead: 0 }, BROKEN, 'destroy'],
    ['what has such a code within', 'NO_HPE_', {}, BROKEN, 'destroy'],
    ['what has no code', undefined, {}, BROKEN, 'destroy'],
  ] as const) {
    it(`to ${what}`, () => {
      const events: unknown[] = [];
      const malformed = createMalformedHttpAnswer({
        log: pino(
          { level: 'debug' },
          { write: (line: string) => events.push((JSON.parse(line) as { msg: string }).msg) },
        ),
        metrics: { ...createMetrics(), refused: (status) => void events.push(`refused ${status}`) },
        logRefusal: ({ status }) => events.push(`refused ${status}`),
      });
      const socket = {
        writable,
        bytesRead,
        write: (text: string) => events.push(text),
        destroy: () => events.push('destroy'),
        destroySoon: () => events.push('destroySoon'),
      } as unknown as Socket;
      malformed(Object.assign(new Error('it\nbroke'), code && { code }), socket);
      // Once by the metrics, once by the log.
      expect(events).to.deep.equal(
        expected.flatMap((event) => (event.startsWith('refused') ? [event, event] : [event])),
      );
    });
  }
});
