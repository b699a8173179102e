import { expect } from 'chai';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { until } from '../until.ts';
import { startProxy, type Proxy } from './proxy.ts';

describe('the proxy of the faults', () => {
  const servers: Server[] = [];
  let proxy: Proxy;

  /** An endpoint that says its name, then repeats what it hears. */
  const endpoint = async (name: string): Promise<{ port: number; sockets: Socket[] }> => {
    const sockets: Socket[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket.on('error', () => {}));
      socket.write(`${name} `);
      socket.pipe(socket);
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return { port: (server.address() as AddressInfo).port, sockets };
  };
  const dial = (): Socket => connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  /** All that is said to somebody who says `x` and ends. */
  const said = async (socket = dial()): Promise<string> => {
    socket.end('x');
    return text(socket);
  };

  beforeEach(async () => {
    proxy = await startProxy();
  });
  afterEach(async () => {
    await proxy.close();
    await Promise.all(servers.splice(0).map(async (server) => server[Symbol.asyncDispose]()));
  });

  it('takes the endpoints in turn, and passes both ends on', async () => {
    proxy.add((await endpoint('a')).port);
    proxy.add((await endpoint('b')).port);
    expect([await said(), await said(), await said()]).to.deep.equal(['a x', 'b x', 'a x']);
    await until(() => proxy.connections() === 0, 'the connections to go');
  });

  it('keeps the connections of an endpoint that is removed, and makes no more', async () => {
    const [a, b] = [await endpoint('a'), await endpoint('b')];
    proxy.add(a.port);
    const old = dial();
    await once(old, 'readable');
    proxy.add(b.port);
    proxy.remove(a.port);
    expect([proxy.connections(a.port), proxy.connections(b.port)]).to.deep.equal([1, 0]);
    expect([await said(), await said(), await said(old)]).to.deep.equal(['b x', 'b x', 'a x']);
  });

  it('resets without an endpoint, where nobody listens, when told to, and when the endpoint does', async () => {
    const reset = async (socket: Socket): Promise<unknown> => {
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      return error.code;
    };
    expect(await reset(dial())).to.equal('ECONNRESET');
    const { port, sockets } = await endpoint('a');
    proxy.add(1);
    expect(await reset(dial())).to.equal('ECONNRESET');
    proxy.remove(1);
    proxy.add(port);
    const cut = dial();
    await once(cut, 'readable');
    expect(proxy.cut(port)).to.equal(1);
    expect(await reset(cut)).to.equal('ECONNRESET');
    const ended = dial();
    await once(ended, 'readable');
    sockets.at(-1)?.resetAndDestroy();
    expect(await reset(ended)).to.equal('ECONNRESET');
  });

  it('delays each way, and what was sent before the end comes before it', async () => {
    proxy.add((await endpoint('a')).port);
    proxy.delayMs = 20;
    const began = performance.now();
    expect(await said()).to.equal('a x');
    expect(performance.now() - began).to.be.least(39);
  });
});
