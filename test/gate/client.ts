import { once } from 'node:events';
import { request, type Agent } from 'node:https';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { TestCertificate } from '../certificate.ts';

/** Where a gate listens, and what signed its certificate. */
export interface Target {
  readonly port: number;
  readonly ca: string;
  /** The name that the certificate has to have; localhost if nothing is said. */
  readonly servername?: string;
  /** The certificate of the client, with its key. */
  readonly identity?: TestCertificate | undefined;
}

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  /** Beside `content-type: application/json`; `undefined` removes one. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** A list is sent chunked. */
  readonly body?: string | Buffer | readonly (string | Buffer)[];
  /** Keeps the connection for more requests. */
  readonly agent?: Agent;
  /** A connection that is there already, in place of a new one. */
  readonly socket?: TLSSocket;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: JsonAnswer;
}

/** What the tests read of an answer, be it a verdict or a refusal. */
export interface JsonAnswer {
  readonly code?: string;
  readonly message?: string;
  readonly uid?: string;
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly response?: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly warnings?: readonly string[];
    readonly patch?: string;
    readonly patchType?: string;
    readonly status?: { readonly code: number; readonly message: string };
  };
}

/** Begins a request to a gate; the body is up to the caller. */
export function open(
  target: Target,
  { method = 'POST', path = '/validate', headers, agent, socket }: Sent = {},
): ClientRequest {
  const all: OutgoingHttpHeaders = { 'content-type': 'application/json', ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return request({
    host: 'localhost',
    port: target.port,
    ca: target.ca,
    ...(target.servername && { servername: target.servername }),
    ...(target.identity && { cert: target.identity.certificate, key: target.identity.key }),
    method,
    path,
    headers: sent,
    agent: agent ?? false,
    ...(socket !== undefined && { createConnection: () => socket }),
  });
}

/** Sends a request and reads the answer whole. An answer that comes while the body is still being sent counts. */
export async function send(target: Target, sent: Sent = {}): Promise<Answered> {
  const { body } = sent;
  const single = typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : undefined;
  const length = single === undefined ? {} : { 'content-length': String(single.length) };
  const outgoing = open(target, { ...sent, headers: { ...length, ...sent.headers } });
  const answer = answerTo(outgoing);
  if (Array.isArray(body)) await sendChunks(outgoing, body as readonly (string | Buffer)[]);
  else outgoing.end(single);
  return answer;
}

async function sendChunks(outgoing: ClientRequest, chunks: readonly (string | Buffer)[]): Promise<void> {
  const refused = new AbortController();
  outgoing.once('response', () => refused.abort());
  for (const chunk of chunks) {
    if (refused.signal.aborted) break;
    // oxlint-disable-next-line no-await-in-loop
    if (!outgoing.write(chunk)) await once(outgoing, 'drain', refused).catch(() => {});
  }
  outgoing.end();
}

/** The answer to a request, whoever sends its body. */
export async function answerTo(outgoing: ClientRequest): Promise<Answered> {
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    // Once there is an answer, nobody cares for what becomes of the rest of the body.
    outgoing.once('response', resolve).on('error', reject);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const isJson = incoming.headers['content-type']?.startsWith('application/json');
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    text,
    json: isJson && text !== '' ? (JSON.parse(text) as JsonAnswer) : {},
  };
}

/** A connection for what no HTTP client would send. */
export async function openTls({ port, ca }: Target): Promise<TLSSocket> {
  const socket = connect({ host: 'localhost', port, ca });
  await once(socket, 'secureConnect');
  return socket;
}

/** All that the other side sends until it closes; a reset counts as a close. */
export async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return text;
}
