import type { Server, Socket } from 'node:net';

/** A connection, from its acceptance on. */
interface Connection {
  readonly socket: Socket;
  readonly end: string;
  readonly peer: Peer;
  /** Whether a request has come. */
  asked: boolean;
  /** Whether it has brought a verdict. */
  proven: boolean;
  /** Where it stands in the order of use. */
  usedAt: number;
}

/** All connections of one address, of each kind the one first that is unused longest. */
interface Peer {
  readonly address: string;
  readonly unproven: Set<Connection>;
  readonly proven: Set<Connection>;
}

/** An API server keeps 25 idle, and a burst of creates makes some more: so many proven ones make nobody suspect. */
export const PROVEN_FREE = 64;

/**
 * Who is connected. That the server is full is no reason to refuse anybody who comes: the one to go is of the address
 * that takes most of the room, and of that the one that is unused longest. Who asks cannot be known, but from where:
 * one address alone may have all connections, and is the first to give some back.
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

  /** Keeps to the most of a server, also of those whose handshake is not over. */
  watch(server: Server): void {
    // Before TLS begins with the new one.
    server.prependListener('connection', (socket: Socket) => this.#add(socket));
  }

  /** A request came: a proven connection is the last to go again. */
  used(socket: Socket): void {
    const connection = this.#byEnd.get(endOf(socket));
    if (connection === undefined) return;
    connection.asked = true;
    if (connection.proven) this.#use(connection);
  }

  /** It brought a verdict. */
  proved(socket: Socket): void {
    const connection = this.#byEnd.get(endOf(socket));
    if (connection === undefined) return;
    connection.peer.unproven.delete(connection);
    connection.proven = true;
    this.#use(connection);
  }

  /** Ends those over which no request has come. */
  destroyUnused(): void {
    for (const { socket, asked } of this.#byEnd.values()) if (!asked) socket.destroy();
  }

  /** Ends all of them. */
  destroy(): void {
    for (const { socket } of this.#byEnd.values()) socket.destroy();
  }

  #add(socket: Socket): void {
    const { remoteAddress: address } = socket;
    // It is gone already.
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
    // Once removed, another one may have come from the same port.
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

/** Of what an address has too many of, the one that is unused longest. */
function oldestOf({ unproven, proven }: Peer): Connection {
  const [oldest] = unproven.size > beyondFree(proven) ? unproven : proven;
  return oldest as Connection;
}

function beyondFree(proven: ReadonlySet<Connection>): number {
  return Math.max(0, proven.size - PROVEN_FREE);
}

/** The other end of a connection, by which a TLS socket and the one beneath it are known as the same. */
function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}
