import { BODY_LIMITS } from '../../src/gate/request/body-limits.ts';
import { admissionReview, podCreate } from '../admission-request.ts';
import type { Plan } from './attacker.ts';

/** What one attacker does, or several at the same time. */
export type Attack = readonly Assault[];

export interface Assault {
  readonly port: 'webhook' | 'ops';
  readonly plan: Omit<Plan, 'port' | 'from' | 'seconds'>;
  /** Within which each connection has to be closed. */
  readonly goneMs: number;
}

const head = (first: string, ...headers: readonly string[]): string =>
  [first, 'Host: x', ...headers, '', ''].join('\r\n');
const post = (length: number | string, path = '/validate'): string =>
  head(`POST ${path} HTTP/1.1`, 'Content-Type: application/json', `Content-Length: ${length}`);
const chunkedPost = head('POST /validate HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked');
const REVIEW = JSON.stringify(admissionReview(podCreate({ web: 'docker.io/acme/web:1' })));
const review = post(REVIEW.length) + REVIEW;
const get = head('GET / HTTP/1.1');
const metrics = head('GET /metrics HTTP/1.1');

/** What Node's parser refuses, or a URL parser, or nobody does though nobody means it. */
const malformed: readonly string[] = [
  head('GET http://[::1 HTTP/1.1'),
  head('POST http://[::1 HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 2') + '{}',
  head('GET http:// HTTP/1.1'),
  head('GET //[ HTTP/1.1'),
  head('GET * HTTP/1.1'),
  head('OPTIONS * HTTP/1.1'),
  head('GET metrics HTTP/1.1'),
  head('GET /%zz HTTP/1.1'),
  head('GET /%c0%af?%=%&%% HTTP/1.1'),
  head('GET /\u00ff\u2028 HTTP/1.1'),
  head('GET /livez HTTP/1.1', 'Host: [::1', 'Host: y'),
  'GET /livez HTTP/1.1\r\nHost: [::1\r\n\r\n',
  'GET /livez HTTP/1.1\r\n\r\n',
  'GET /livez HTTP/1.0\r\n\r\n',
  'GET /livez\r\n\r\n',
  head('GET /livez HTTP/9.9'),
  head('POST /validate HTTP/1.1', 'Expect: nonsense', 'Content-Length: 2') + '{}',
  head('POST /validate HTTP/1.1', 'Expect: 100-continue', 'Content-Length: 2') + '{}',
  head('POST /validate HTTP/1.1', 'Content-Length: 2', 'Transfer-Encoding: chunked') + '{}',
  head('POST /validate HTTP/1.1', 'Content-Length: -1'),
  head('POST /validate HTTP/1.1', 'Transfer-Encoding: chunked') + 'zz\r\n',
  head('CONNECT x:1 HTTP/1.1'),
  head('CONNECT [::1 HTTP/1.1'),
  head('GET /livez HTTP/1.1', 'Connection: Upgrade', 'Upgrade: h2c'),
  head('GET /livez HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket'),
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0',
  head('GET /livez HTTP/1.1', `X: ${'x'.repeat(17_000)}`),
  head('BREW /livez HTTP/1.1'),
  '\u0016\u0003\u0001\0\u0005hello',
  '\r\n\r\n\r\n',
];

/** Small requests that are refused, each for another reason. */
const refused: readonly string[] = [
  get,
  post(2) + '{}',
  post(1) + '{',
  post(2, '/unknown') + '{}',
  post(0),
  head('POST /validate HTTP/1.1', 'Content-Type: text/plain', 'Content-Length: 2') + '{}',
  head('POST /validate HTTP/1.1', 'Content-Type: application/json', 'Content-Encoding: gzip', 'Content-Length: 1') +
    'x',
];

type Said = Omit<Assault['plan'], 'tls'> & Partial<Pick<Plan, 'tls'>>;
const webhook = (plan: Said, goneMs = Infinity): Assault => ({
  port: 'webhook',
  plan: { tls: 'full', ...plan },
  goneMs,
});
const ops = (plan: Said): Assault => ({ port: 'ops', plan: { tls: 'none', ...plan }, goneMs: Infinity });

/** Two bodies: where the second one goes on, both the bytes of all and its own values become too many. */
function crossing(begin: (bytes: number) => string): Attack {
  const first = 30_000_000;
  const left = 500;
  const commas = BODY_LIMITS.large.marks - left;
  const filler = BODY_LIMITS.large.bytes - first - commas - left;
  const scripts = [
    [{ text: begin(first + 1) }, { text: 'x', times: first, meet: 2 }, { afterMs: 1000 }],
    [
      { text: begin(commas + filler + 2 * left + 1) },
      { text: ',', times: commas },
      { text: 'x', times: filler, meet: 2 },
      { afterMs: 500, text: ','.repeat(2 * left) },
      { afterMs: 500 },
    ],
  ];
  return [webhook({ connections: 2, perSecond: 100, scripts, then: 'close' })];
}
/** So many that are held, and as many new ones as come in a second. */
const held = (connections: number) => ({ connections, perSecond: 500, again: true }) as const;
/** More than a gate has at once. */
const BEYOND = 2150;
/** Where what is held goes anyway, more than a gate had before it shared. */
const MANY = 1100;
/** Twice these are more than the ops port has. */
const MANY_OPS = 200;

const silent = { scripts: [[]], then: 'hold' } as const;
/** One text each, and the answer to it. */
const each = (texts: readonly string[]): Plan['scripts'] => texts.map((text) => [{ text, answer: true }]);
/** Every few seconds the same. */
const often = (text: string) => ({ scripts: [[{ text, answer: true }, { afterMs: 10_000 }]], then: 'repeat' }) as const;
/** In one packet, ten times a second if the other side has enough of each at once. */
const pipelined = (text: string, times: number) =>
  ({ ...held(2), perSecond: 10, scripts: [[{ text, times }]], then: 'hold' }) as const;
const bodies = (length: number, sent: number) =>
  ({ scripts: [[{ text: post(length) }, { text: 'x', times: sent }]], then: 'hold' }) as const;
const malformedHttp = { ...held(malformed.length), perSecond: 100, scripts: each(malformed), then: 'close' } as const;
const slowHead = [{ text: 'GET / HTTP/1.1\r\nX: ' }, { text: 'x', times: 1000, everyMs: 500 }];
/** The time limits of heads and handshakes, and some. */
const GONE_MS = 6500;

/** At full speed, as far as the other side reads. */
const stream = (...script: Plan['scripts'][number]) => ({ ...held(4), scripts: [script], then: 'close' }) as const;
/** The same, in pieces of a byte: chunks of HTTP, or records of TLS. */
const inChunks = (begin: string) => stream({ text: begin }, { text: '1\r\nx\r\n', times: 5_000_000 });
const inRecords = (begin: string, bytes: number) =>
  stream({ text: begin }, { text: 'x'.repeat(1000), times: bytes / 1000, piece: 1 });

/** By row of the table: what is done, by name. */
export const attackKinds = {
  limits: {
    'two limits crossed': crossing(post),
    'two limits crossed, chunked': crossing((bytes) => `${chunkedPost}${bytes.toString(16)}\r\n`),
  },
  connections: {
    'connections that say nothing': [
      webhook({ ...held(MANY), ...silent }),
      webhook({ ...held(MANY), ...silent, tls: 'none' }),
    ],
    'connections with a GET each': [webhook({ ...held(MANY), ...often(get) })],
    'connections with a review each': [webhook({ ...held(BEYOND), ...often(review) })],
  },
  ops: {
    'connections to the ops port': [
      ops({ ...held(MANY_OPS), perSecond: 250, ...silent }),
      ops({ ...held(MANY_OPS), perSecond: 250, ...often(head('GET /livez HTTP/1.1')) }),
    ],
  },
  pipelines: {
    'pipelined GET /metrics': [ops(pipelined(metrics, 1900))],
    'pipelined reviews': [webhook(pipelined(review, Math.floor(62_700 / review.length)))],
  },
  malformed: {
    'malformed HTTP': [webhook(malformedHttp), ops(malformedHttp)],
    'refused requests without end': [webhook({ ...held(16), scripts: each(refused), then: 'repeat' })],
  },
  bodies: {
    'large bodies that stop': [
      webhook({ ...held(36), perSecond: 20, ...bodies(2_000_000, Math.floor(BODY_LIMITS.large.bytes / 36)) }),
    ],
    'small bodies that stop': [webhook({ ...held(MANY), ...bodies(65_536, 65_000) })],
  },
  pieces: {
    'large bodies at full speed': [webhook(stream({ text: post(30_000_000) }, { text: 'x', times: 30_000_000 }))],
    'bodies in chunks of one byte': [
      webhook(inChunks(chunkedPost)),
      ops(inChunks(head('GET /livez HTTP/1.1', 'Transfer-Encoding: chunked'))),
    ],
    'bodies and heads in records of one byte': [
      webhook(inRecords(post(2_000_000), 2_000_000)),
      webhook(inRecords(post(65_000), 65_000)),
      webhook(inRecords('GET / HTTP/1.1\r\nX: ', 17_000)),
    ],
  },
  churn: {
    'new connections with a review each': [webhook({ ...held(50), scripts: each([review]), then: 'close' })],
    'half handshakes': [webhook({ ...held(BEYOND), ...silent, tls: 'half' })],
  },
  slow: {
    'slow heads, half handshakes, silent connections': [
      webhook({ ...held(500), scripts: [slowHead], then: 'hold' }, GONE_MS),
      webhook({ ...held(500), ...silent, tls: 'half' }, GONE_MS),
      webhook({ ...held(500), ...silent }),
    ],
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Attack>>>>;
