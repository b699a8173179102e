import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { CertificateFiles } from './secret/certificate.ts';
import type { Connections } from './connections.ts';
import { messageOf, MistakesError } from '../mistake/mistake.ts';

export interface GateServerOptions {
  /** Answers each request; never rejects. */
  readonly app: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  readonly certificate: CertificateFiles;
  /** Returns the current CAs of client certificates; client authentication is on if there are any at start. */
  readonly clientCa: () => Buffer | undefined;
  readonly connections: Connections;
  /** Answers input that never becomes a request. */
  readonly onClientError: (error: Error, socket: Socket) => void;
  /** For tests; each has its default below. */
  readonly limits?: Partial<typeof SERVER_LIMITS>;
}

export interface GateServer {
  /** Listens, and resolves with the port. @throws {MistakesError} when the port is unavailable. */
  listen(port: number): Promise<number>;
  /** Uses another certificate, and the current client CAs, for new connections. */
  renew(certificate: CertificateFiles): void;
  /**
   * Accepts no more connections, and resolves when none is left. Requests in flight are answered. Idle connections are left
   * to the API server, which closes them after 90 s: closing one here could lose a request already on its way. After
   * `closeTimeout` the rest is cut; resolves with their number.
   *
   * @param hurry once aborted, idle connections are closed at once, and the rest after `hurriedCloseTimeout`
   */
  close(hurry: AbortSignal): Promise<number>;
}

/** In milliseconds, unless another unit is given. */
export const SERVER_LIMITS = {
  /** The API server keeps idle connections for 90 s; were this shorter, it would lose requests. */
  keepAliveTimeout: 120_000,
  headersTimeout: 5000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1000,
  handshakeTimeout: 5000,
  /** Bytes. An API server's head has less than 1 KiB, and a bearer token at most 4 KiB. */
  maxHeaderSize: 8192,
  /** From `close()` until remaining connections are cut: the API server's 90 s for idle ones, and some. */
  closeTimeout: 105_000,
  /** The same after `hurry`: `requestTimeout`, the interval of its checks, and some. */
  hurriedCloseTimeout: 20_000,
  /** At this number, each new connection evicts one (`Connections`). An idle one takes some 35 KiB: 70 MiB in all. */
  maxConnections: 2048,
};

const IDLE_CHECK_MS = 100;

/** Makes the server of the webhook: HTTP/1.1 over TLS 1.2 or newer. */
export function createGateServer(options: GateServerOptions): GateServer {
  const { app, certificate, clientCa, connections, onClientError, limits } = options;
  const { closeTimeout, hurriedCloseTimeout, maxConnections: _, ...timeouts } = { ...SERVER_LIMITS, ...limits };
  const answer = oneAtATime((req, res) => {
    connections.used(req.socket);
    void app(req, res);
  });
  // A client without a certificate gets an HTTP answer that says so (client-check.ts).
  const clients = { requestCert: clientCa() !== undefined, rejectUnauthorized: false };
  const server = createServer({ ...timeouts, ...clients, ...secureContext(certificate, clientCa()) }, answer);
  // A connection may be idle before its first request for as long as between requests.
  server.timeout = timeouts.keepAliveTimeout;
  server.on('clientError', onClientError);
  // Otherwise Node answers such a request itself, and keeps the connection.
  server.on('checkExpectation', answer);
  connections.watch(server);
  return {
    listen: (port) => listen(server, port, 'PORT'),
    renew: (renewed) => server.setSecureContext(secureContext(renewed, clientCa())),
    close: (hurry) => close(server, connections, hurry, { closeTimeout, hurriedCloseTimeout }),
  };
}

function secureContext({ cert, key }: CertificateFiles, ca: Buffer | undefined) {
  return { cert, key, ...(ca && { ca }), minVersion: 'TLSv1.2' as const };
}

type CloseTimeouts = Pick<typeof SERVER_LIMITS, 'closeTimeout' | 'hurriedCloseTimeout'>;

async function close(
  server: Server,
  connections: Connections,
  hurry: AbortSignal,
  { closeTimeout, hurriedCloseTimeout }: CloseTimeouts,
): Promise<number> {
  let cut = 0;
  const cutAll = (): void => {
    cut = connections.size;
    connections.destroy();
  };
  const endIdle = (): void => {
    server.closeIdleConnections();
    connections.destroyUnused();
  };
  let idle: NodeJS.Timeout | undefined;
  let deadline = setTimeout(cutAll, closeTimeout);
  const hurried = (): void => {
    clearTimeout(deadline);
    deadline = setTimeout(cutAll, hurriedCloseTimeout);
    endIdle();
    // Repeated: a connection whose answer was on its way becomes idle later.
    idle = setInterval(endIdle, IDLE_CHECK_MS);
  };
  await new Promise<void>((resolve) => {
    // Not server.close(): that closes idle connections, and stops the checks of headersTimeout and requestTimeout, so that a
    // slow client could delay the exit.
    NetServer.prototype.close.call(server, () => resolve());
    if (hurry.aborted) hurried();
    else hurry.addEventListener('abort', hurried, { once: true });
  });
  hurry.removeEventListener('abort', hurried);
  clearInterval(idle);
  clearTimeout(deadline);
  // Stops those checks; no connection is left.
  server.close();
  return cut;
}

/** The kernel's maximum: in a burst of a thousand connections, a probe should not have to retry. */
const BACKLOG = 4096;

/**
 * Listens on all addresses.
 *
 * @param setting the variable that the port comes from, for the mistake
 * @returns the actual port, if `port` is 0
 * @throws {MistakesError} when the port is unavailable.
 */
export async function listen(server: NetServer, port: number, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(portUnavailable(setting, port, error));
    server.once('error', failed);
    server.listen({ port, backlog: BACKLOG }, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function portUnavailable(setting: string, port: number, error: Error): MistakesError {
  const code = 'code' in error ? error.code : undefined;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'one that another process listens on',
    EACCES: 'one that this user may not listen on',
  };
  return new MistakesError([
    {
      code: 'port-unavailable',
      source: { name: `${setting} ${port}` },
      expected: 'a port to listen on',
      found: reasons[String(code)] ?? messageOf(error),
      remedy: `Set ${setting} to another port, or end what listens there.`,
    },
  ]);
}

type App = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * Allows no HTTP pipelining: a second request before the first is answered closes the connection. Node parses a whole packet
 * in one turn of the event loop, so two thousand requests in one packet would block it. No client of ours pipelines.
 */
export function oneAtATime(app: App): (req: IncomingMessage, res: ServerResponse) => void {
  const last = new WeakMap<Socket, ServerResponse>();
  return (req, res) => {
    const { socket } = req;
    // The parser may still hold requests of a closed connection.
    if (socket.destroyed) return;
    if (last.get(socket)?.writableEnded === false) socket.destroy();
    else {
      last.set(socket, res);
      app(req, res);
    }
  };
}
