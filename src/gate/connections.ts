import type { Server, Socket } from 'node:net';

interface Connection {
  readonly socket: Socket;
  readonly end: string;
  readonly peer: Peer;
  /** Whether it has carried a request. */
  asked: boolean;
  /** Whether it has carried a request that got a verdict. */
  proven: boolean;
  /** A counter: the lower, the longer unused. */
  usedAt: number;
}

/** The connections of one address, each set ordered by last use, the longest unused first. */
interface Peer {
  readonly address: string;
  readonly unproven: Set<Connection>;
  readonly proven: Set<Connection>;
}

/** Proven connections per address that never count against it: an API server keeps 25 idle, and more in a burst. */
export const PROVEN_FREE = 64;

/**
 * The open connections, limited in number. When full, a new one is accepted and the longest unused one of the address with
 * the most connections is closed: one address may use them all while no other needs any.
 */
export class Connections {
  readonly #max: number;
  readonly #peers = new Map<string, Peer>();
  readonly #byEnd = new Map<string, Connection>();
  #uses = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#byEnd.size;
  }

  /** Limits the connections of a server, those still in the TLS handshake included. */
  watch(server: Server): void {
    // Prepended, to run before the TLS handshake of the new connection.
    server.prependListener('connection', (socket: Socket) => this.#add(socket));
  }

  /** A request arrived on this connection. */
  used(socket: Socket): void {
    const connection = this.#byEnd.get(endOf(socket));
    if (connection === undefined) return;
    connection.asked = true;
    if (connection.proven) this.#use(connection);
  }

  /** A request on this connection got a verdict. */
  proved(socket: Socket): void {
    const connection = this.#byEnd.get(endOf(socket));
    if (connection === undefined) return;
    connection.peer.unproven.delete(connection);
    connection.proven = true;
    this.#use(connection);
  }

  /** Closes connections that have carried no request. */
  destroyUnused(): void {
    for (const { socket, asked } of this.#byEnd.values()) if (!asked) socket.destroy();
  }

  destroy(): void {
    for (const { socket } of this.#byEnd.values()) socket.destroy();
  }

  #add(socket: Socket): void {
    const { remoteAddress: address } = socket;
    // Closed already.
    if (address === undefined) return;
    if (this.size >= this.#max) this.#evict();
    const peer = this.#peers.get(address) ?? { address, unproven: new Set(), proven: new Set() };
    this.#peers.set(address, peer);
    const connection = { socket, end: endOf(socket), peer, asked: false, proven: false, usedAt: 0 };
    this.#byEnd.set(connection.end, connection);
    this.#use(connection);
    socket.once('close', () => this.#remove(connection));
  }

  #remove(connection: Connection): void {
    const { end, peer } = connection;
    // After an eviction, a new connection may have the same port.
    if (this.#byEnd.get(end) === connection) this.#byEnd.delete(end);
    peer.unproven.delete(connection);
    peer.proven.delete(connection);
    if (peer.unproven.size + peer.proven.size === 0) this.#peers.delete(peer.address);
  }

  #use(connection: Connection): void {
    const { peer, proven } = connection;
    const kind = proven ? peer.proven : peer.unproven;
    kind.delete(connection);
    kind.add(connection);
    connection.usedAt = this.#uses += 1;
  }

  #evict(): void {
    const candidates = [...this.#peers.values()].map((peer) => ({ score: scoreOf(peer), connection: oldestOf(peer) }));
    const worst = candidates.reduce((a, b) =>
      b.score > a.score || (b.score === a.score && b.connection.usedAt < a.connection.usedAt) ? b : a,
    );
    this.#remove(worst.connection);
    worst.connection.socket.destroy();
  }
}

function scoreOf({ unproven, proven }: Peer): number {
  return unproven.size + beyondFree(proven);
}

/** The longest unused connection of the kind that the address has too many of. */
function oldestOf({ unproven, proven }: Peer): Connection {
  const [oldest] = unproven.size > beyondFree(proven) ? unproven : proven;
  return oldest as Connection;
}

function beyondFree(proven: ReadonlySet<Connection>): number {
  return Math.max(0, proven.size - PROVEN_FREE);
}

/** The remote end, which a TLS socket and the TCP socket beneath it share. */
function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}
