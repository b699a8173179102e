import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Connections } from './connections.ts';
import { listen, oneAtATime } from './server.ts';

export interface OpsServer {
  /** Listens, and resolves with the port. @throws {MistakesError} when the port cannot be had. */
  listen(port: number): Promise<number>;
  /** Ends at once: whoever asks next finds nobody. */
  close(): Promise<void>;
}

const LIMITS = { headersTimeout: 5000, requestTimeout: 15_000, connectionsCheckingInterval: 1000, maxHeaderSize: 8192 };
/** The kubelet and a few collectors of metrics need a handful. */
const MAX_CONNECTIONS = 256;

/** Makes the server of the probes and metrics: plain HTTP, for the cluster's own use. */
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
