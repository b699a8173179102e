import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * Stands for kube-proxy and the network between API server and gates: a connection goes to one of the endpoints and
 * stays there, whatever becomes of the endpoint.
 */
export interface Proxy {
  readonly port: number;
  /** New connections go to these ports of loopback in turn; with none of them they are reset. */
  readonly endpoints: readonly number[];
  readonly add: (endpoint: number) => void;
  /** No new connection goes there any more; those that there are stay. */
  readonly remove: (endpoint: number) => void;
  /** How long each byte, and each end of a connection, takes either way from now on. Default: 0. */
  delayMs: number;
  /** Resets the connections to an endpoint, or all. Returns how many there were. */
  readonly cut: (endpoint?: number) => number;
  /** How many connections there are to an endpoint, or in all. */
  readonly connections: (endpoint?: number) => number;
  readonly close: () => Promise<void>;
}

interface Pair {
  readonly endpoint: number;
  readonly client: Socket;
  readonly server: Socket;
}

/** Listens on a free port of loopback, with no endpoints yet. */
export async function startProxy(): Promise<Proxy> {
  const endpoints: number[] = [];
  const pairs = new Set<Pair>();
  let turn = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const endpoint = endpoints[turn++ % endpoints.length];
    if (endpoint === undefined) {
      client.on('error', () => {}).resetAndDestroy();
      return;
    }
    const pair = {
      endpoint,
      client,
      server: connect({ port: endpoint, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }),
    };
    pairs.add(pair);
    forward(pair.client, pair.server, later);
    forward(pair.server, pair.client, later);
    client.once('close', () => pairs.delete(pair));
  });
  // Timers of the same length fire in the order in which they were set, so nothing overtakes.
  const later = (action: () => void): void => {
    if (proxy.delayMs === 0) action();
    else setTimeout(action, proxy.delayMs);
  };
  const to = (endpoint?: number): Pair[] =>
    [...pairs].filter((pair) => endpoint === undefined || pair.endpoint === endpoint);
  const cut = (endpoint?: number): number => {
    const found = to(endpoint);
    for (const { client, server: upstream } of found) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    return found.length;
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: Proxy = {
    port: (server.address() as AddressInfo).port,
    endpoints,
    add: (endpoint) => void endpoints.push(endpoint),
    remove: (endpoint) => void (endpoints.includes(endpoint) && endpoints.splice(endpoints.indexOf(endpoint), 1)),
    delayMs: 0,
    cut,
    connections: (endpoint) => to(endpoint).length,
    close: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** Passes on what comes: bytes, the end, and a reset as a reset. A slow reader slows the writer down, as TCP does. */
function forward(from: Socket, to: Socket, later: (action: () => void) => void): void {
  from.on('data', (bytes) =>
    later(() => {
      if (to.writable && !to.write(bytes)) from.pause();
    }),
  );
  to.on('drain', () => from.resume());
  from.once('end', () => later(() => to.end()));
  from.on('error', () => later(() => to.resetAndDestroy()));
  from.once('close', () => later(() => to.destroySoon()));
}
