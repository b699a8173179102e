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
  /** The CAs of the moment whose client certificates count, where the first is there from the start. */
  readonly clientCa: () => Buffer | undefined;
  readonly connections: Connections;
  /** Answers what never becomes a request. */
  readonly onClientError: (error: Error, socket: Socket) => void;
  /** For tests; each has its default below. */
  readonly limits?: Partial<typeof SERVER_LIMITS>;
}

export interface GateServer {
  /** Listens, and resolves with the port. @throws {MistakesError} when the port cannot be had. */
  listen(port: number): Promise<number>;
  /** Uses another certificate for all connections to come, and the CAs of clients as they are then. */
  renew(certificate: CertificateFiles): void;
  /**
   * Takes no more connections, and resolves when none is left: requests in flight are answered, and idle connections go by
   * themselves. The API server lets go of one after 90 s; to end it earlier is to lose the request that may be on its way.
   * What is still there after that is cut; resolves with the number of those connections.
   *
   * @param hurry once it is aborted, idle connections are ended too, and what takes longer than any request may is cut
   */
  close(hurry: AbortSignal): Promise<number>;
}

/** How long and how many, in milliseconds and connections. */
export const SERVER_LIMITS = {
  /** The API server keeps idle connections for 90 s; were this shorter, it would lose requests. */
  keepAliveTimeout: 120_000,
  headersTimeout: 5000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1000,
  handshakeTimeout: 5000,
  /** Bytes. An API server's head has less than one KiB, and a bearer token at most four. */
  maxHeaderSize: 8192,
  /** From `close()` until what is left is cut: the 90 s after which no API server has an idle connection, and some. */
  closeTimeout: 105_000,
  /** The same in a hurry: a whole request, a look for those that exceed it, and some. */
  hurriedCloseTimeout: 20_000,
  /** Beyond these, one goes for each that comes (`Connections`). An idle one takes some 35 KiB: 70 MiB in all. */
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
  // Whoever has no certificate gets an answer that says so (client-check.ts).
  const clients = { requestCert: clientCa() !== undefined, rejectUnauthorized: false };
  const server = createServer({ ...timeouts, ...clients, ...secureContext(certificate, clientCa()) }, answer);
  // Before its first request, a connection may be idle as long as after its last.
  server.timeout = timeouts.keepAliveTimeout;
  server.on('clientError', onClientError);
  // Without these, Node answers by itself, and keeps the connection.
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
    // An answer that was on its way when the drain began kept its connection alive, so there is more than one look.
    idle = setInterval(endIdle, IDLE_CHECK_MS);
  };
  await new Promise<void>((resolve) => {
    // Not server.close(): that ends idle connections, and it stops the checks of headersTimeout and requestTimeout, so that
    // a slow client could hold up the exit.
    NetServer.prototype.close.call(server, () => resolve());
    if (hurry.aborted) hurried();
    else hurry.addEventListener('abort', hurried, { once: true });
  });
  hurry.removeEventListener('abort', hurried);
  clearInterval(idle);
  clearTimeout(deadline);
  // Now for those checks themselves; nothing else is left to close.
  server.close();
  return cut;
}

/** What the kernel takes at most: where a thousand come at once, a probe should not have to knock again. */
const BACKLOG = 4096;

/**
 * Listens on all addresses.
 *
 * @param setting the variable that the port comes from, for the mistake
 * @returns the port, which differs from the wanted one where that is 0
 * @throws {MistakesError} when the port cannot be had.
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
 * Lets a connection ask one thing at a time: a second request before the answer to the first ends it. Node parses all of a
 * packet in one turn, so that whoever sends two thousand requests in one would otherwise have as many turns. No client of
 * ours does that.
 */
export function oneAtATime(app: App): (req: IncomingMessage, res: ServerResponse) => void {
  const last = new WeakMap<Socket, ServerResponse>();
  return (req, res) => {
    const { socket } = req;
    // What the parser still has of a packet, when the connection is over.
    if (socket.destroyed) return;
    if (last.get(socket)?.writableEnded === false) socket.destroy();
    else {
      last.set(socket, res);
      app(req, res);
    }
  };
}
