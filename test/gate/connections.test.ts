import { EventEmitter } from 'node:events';
import type { Server, Socket } from 'node:net';
import { expect } from 'chai';
import { Connections } from '../../src/gate/connections.ts';

/** A socket as far as it matters here. */
class FakeSocket extends EventEmitter {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number;
  destroyed = false;

  constructor(remoteAddress: string | undefined, remotePort: number) {
    super();
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }

  /** As a real one: that it is closed is told later. */
  destroy(): void {
    this.destroyed = true;
    queueMicrotask(() => this.emit('close'));
  }
}

describe('Connections', () => {
  const MAX = 200;
  let server: EventEmitter;
  let connections: Connections;
  let ports: number;
  beforeEach(() => {
    server = new EventEmitter();
    connections = new Connections(MAX);
    connections.watch(server as Server);
    ports = 0;
  });

  const connect = (address: string | undefined, { proven = false } = {}): FakeSocket => {
    const socket = new FakeSocket(address, (ports += 1));
    server.emit('connection', socket);
    if (proven) ask(socket);
    return socket;
  };
  /** The TLS socket is another one, with the same other end. */
  const tls = ({ remoteAddress, remotePort }: FakeSocket): Socket => ({ remoteAddress, remotePort }) as Socket;
  const ask = (socket: FakeSocket, { verdict = true } = {}): void => {
    connections.used(tls(socket));
    if (verdict) connections.proved(tls(socket));
  };
  const many = (count: number, address: string, options?: { proven: boolean }): FakeSocket[] =>
    Array.from({ length: count }, () => connect(address, options));
  /** Which of them went. */
  const gone = (...sockets: readonly FakeSocket[]): readonly number[] =>
    sockets.flatMap(({ destroyed }, index) => (destroyed ? [index] : []));

  it('leaves one address alone with all places', () => {
    expect(gone(...many(MAX, 'one'))).to.deep.equal([]);
    expect(connections.size).to.equal(MAX);
  });

  it('never refuses who comes: of the address that has most, the oldest goes', () => {
    const few = many(20, 'few');
    const most = many(MAX - 20, 'most');
    const newcomers = [...many(2, 'new'), ...many(2, 'most')];
    expect(gone(...most)).to.deep.equal([0, 1, 2, 3]);
    expect(gone(...few, ...newcomers)).to.deep.equal([]);
    expect(connections.size).to.equal(MAX);
  });

  it('counts no proven one up to 64', () => {
    const api = many(64, 'api', { proven: true });
    const strangers = many(MAX - 64, 'one').concat(many(200, 'one'));
    expect(gone(...api)).to.deep.equal([]);
    expect(gone(...strangers)).to.have.lengthOf(200);
  });

  it("lets a stranger at the API server's own address not get into its way, proven or not", () => {
    for (const proven of [false, true]) {
      const strangers = many(MAX - 1, 'api', { proven });
      const used = connect('api', { proven: true });
      for (let round = 0; round < 3 * MAX; round += 1) {
        ask(used);
        connect('api', { proven });
      }
      expect(used.destroyed).to.equal(false);
      expect(gone(...strangers)).to.have.lengthOf(MAX - 1);
    }
  });

  it('ends the one that is unused longest where nobody has too many', () => {
    const peers = ['a', 'b', 'c', 'd', 'e'].flatMap((address) => many(40, address, { proven: true }));
    ask(peers[0]!, { verdict: false });
    connect('new');
    expect(gone(...peers)).to.deep.equal([1]);
  });

  it('holds no answer without a verdict for a proof, and no request for a use', () => {
    const [first, ...others] = many(MAX, 'one');
    ask(first!, { verdict: false });
    connect('new');
    expect(gone(first!, ...others)).to.deep.equal([0]);
  });

  it('forgets what has closed, and knows another one of the same port', () => {
    const first = connect('one');
    server.emit('connection', new FakeSocket('one', first.remotePort));
    first.emit('close');
    expect(connections.size).to.equal(1);
    connect(undefined);
    connections.used(tls(first));
    ask(new FakeSocket('nobody', 1));
    expect(connections.size).to.equal(1);
  });

  it('ends those that were never used, or all', () => {
    const sockets = [connect('one'), connect('one', { proven: true })];
    connections.destroyUnused();
    expect(gone(...sockets)).to.deep.equal([0]);
    connections.destroy();
    expect(gone(...sockets)).to.deep.equal([0, 1]);
  });
});
