import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Connections } from './connections.ts';
import { listen, oneAtATime } from './server.ts';

export interface OpsServer {
  /** Listens, and resolves with the port. @throws {MistakesError} when the port is unavailable. */
  listen(port: number): Promise<number>;
  /** Closes at once, open connections included. */
  close(): Promise<void>;
}

const LIMITS = { headersTimeout: 5000, requestTimeout: 15_000, connectionsCheckingInterval: 1000, maxHeaderSize: 8192 };
/** The kubelet and a few metrics scrapers need a handful. */
const MAX_CONNECTIONS = 256;

/** The server of probes and metrics: plain HTTP, inside the cluster only. */
export function createOpsServer(app: (req: IncomingMessage, res: ServerResponse) => Promise<void>): OpsServer {
  const server = createServer(
    LIMITS,
    oneAtATime((req, res) => void app(req, res)),
  );
  new Connections(MAX_CONNECTIONS).watch(server);
  return {
    listen: (port) => listen(server, port, 'OPS_PORT'),
    close: async () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
