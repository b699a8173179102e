import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { CertificateFiles } from './certificate.ts';
import { listen } from './listen.ts';

export interface GateServerOptions {
  /** Answers each request; never rejects. */
  readonly app: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  readonly certificate: CertificateFiles;
  /** The CAs of the moment whose client certificates count, where the first is there from the start. */
  readonly clientCa?: () => Buffer | undefined;
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
   * Takes no more connections, ends those that are idle, and resolves when all requests in flight are answered. What
   * takes longer than any request may is cut; resolves with the number of those connections.
   */
  close(): Promise<number>;
}

/** How long and how many, in milliseconds and connections. */
export const SERVER_LIMITS = {
  /** The API server keeps idle connections for 90 s; were this shorter, it would lose requests. */
  keepAliveTimeout: 120_000,
  headersTimeout: 5000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1000,
  handshakeTimeout: 5000,
  /** From `close()` until what is left is cut: a whole request, a look for those that exceed it, and some. */
  closeTimeout: 20_000,
  /** Beyond these, connections are closed as they come. */
  maxConnections: 1024,
};

const IDLE_CHECK_MS = 100;

/** Makes the server of the webhook: HTTP/1.1 over TLS 1.2 or newer. */
export function createGateServer(options: GateServerOptions): GateServer {
  const { app, certificate, clientCa = () => undefined, onClientError, limits } = options;
  const { closeTimeout, maxConnections, ...timeouts } = { ...SERVER_LIMITS, ...limits };
  // Whoever has no certificate gets an answer that says so (client-check.ts).
  const clients = { requestCert: clientCa() !== undefined, rejectUnauthorized: false };
  const context = secureContext(certificate, clientCa());
  const server = createServer({ ...timeouts, ...clients, ...context }, (req, res) => void app(req, res));
  server.maxConnections = maxConnections;
  server.on('clientError', onClientError);
  const sockets = openSockets(server);
  return {
    listen: (port) => listen(server, port, 'PORT'),
    renew: (renewed) => server.setSecureContext(secureContext(renewed, clientCa())),
    close: () => close(server, sockets, closeTimeout),
  };
}

function secureContext({ cert, key }: CertificateFiles, ca: Buffer | undefined) {
  return { cert, key, ...(ca && { ca }), minVersion: 'TLSv1.2' as const };
}

/** The connections beneath TLS, also those whose handshake is not over: `closeAllConnections` doesn't know them. */
function openSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function close(server: Server, sockets: ReadonlySet<Socket>, timeout: number): Promise<number> {
  let cut = 0;
  // An answer that was on its way when the drain began kept its connection alive, so there is more than one look.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const deadline = setTimeout(() => {
    cut = sockets.size;
    for (const socket of sockets) socket.destroy();
  }, timeout);
  await new Promise<void>((resolve) => {
    // Not server.close(): that stops the checks of headersTimeout and requestTimeout, and a slow client could then hold
    // up the exit.
    NetServer.prototype.close.call(server, () => resolve());
    server.closeIdleConnections();
  });
  clearInterval(idle);
  clearTimeout(deadline);
  // Now for those checks themselves; nothing else is left to close.
  server.close();
  return cut;
}
