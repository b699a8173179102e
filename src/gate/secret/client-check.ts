import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Context, Middleware, Next } from 'koa';
import type { Logger } from 'pino';
import type { ClientSecrets } from './client-secrets.ts';
import { createLineLimit } from '../telemetry/line-limit.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { hashOfToken } from './policy-token.ts';
import { Refusal } from '../request/refusal.ts';
import type { ClientSettings } from '../settings.ts';

/** How the API server is authenticated, and what happens to other clients. */
export interface KnownClients {
  readonly settings: Pick<ClientSettings, 'identity' | 'names'>;
  /** Returns the current ones. */
  secrets(): ClientSecrets;
}

export interface ClientCheckOptions {
  readonly clients: KnownClients;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'clientSeen'>;
}

const BEARER = /^bearer +/i;

/**
 * Middleware that authenticates the API server by the head of a request: by a client certificate of its CA or by its bearer
 * token; either suffices if both are configured. Other requests are refused, or only counted and logged.
 */
export function createClientCheck({ clients, log, metrics }: ClientCheckOptions): Middleware {
  const certificateProblem = createCertificateProblem(clients.settings.names);
  const onSuppressed = (suppressed: number): void =>
    log.warn(
      { suppressed },
      'More requests came from clients that are not known; imagegate_client_identity_total has all.',
    );
  const mayLog = createLineLimit({ perSecond: 1, burst: 5, onSuppressed });

  return function checkClient({ req }: Context, next: Next): Promise<unknown> {
    const { ca, tokens } = clients.secrets();
    const problems = [
      ...(ca === undefined ? [] : [certificateProblem(req.socket as TLSSocket)]),
      ...(tokens === undefined ? [] : [tokenProblem(req, tokens)]),
    ];
    const isKnown = problems.includes(undefined);
    metrics.clientSeen(isKnown ? 'present' : 'absent');
    if (isKnown) return next();
    const refusal = new Refusal('client-unknown', `Only the API server may ask: there is ${problems.join(', and ')}.`);
    if (clients.settings.identity === 'require') throw refusal;
    const { remoteAddress: address } = req.socket;
    if (mayLog('')) log.warn({ address }, `Under CLIENT_IDENTITY=require this is refused. ${refusal.message}`);
    return next();
  };
}

/** Why the client certificate of a connection is rejected; cached per connection. */
function createCertificateProblem(names: ReadonlySet<string> | undefined) {
  const known = new WeakMap<TLSSocket, string | undefined>();
  return (socket: TLSSocket): string | undefined => {
    if (!known.has(socket)) known.set(socket, problemOf(socket, names));
    return known.get(socket);
  };
}

function problemOf(socket: TLSSocket, names: ReadonlySet<string> | undefined): string | undefined {
  // Not `authorized` alone: it is also true when TLS 1.3 resumes a session without a certificate.
  if (socket.getPeerX509Certificate() === undefined) return 'no client certificate';
  if (!socket.authorized) return `a client certificate that is not valid (${String(socket.authorizationError)})`;
  if (names === undefined) return undefined;
  const { CN: name } = socket.getPeerCertificate().subject;
  // Several common names are an array.
  if (typeof name !== 'string' || !names.has(name)) return 'a client certificate of another name';
  return undefined;
}

function tokenProblem(
  { headers: { authorization = '' } }: IncomingMessage,
  tokens: readonly Buffer[],
): string | undefined {
  if (!BEARER.test(authorization)) return 'no bearer token';
  const hash = hashOfToken(authorization.replace(BEARER, ''));
  return tokens.some((token) => timingSafeEqual(token, hash)) ? undefined : 'another bearer token';
}
