import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { notAccepted, openSockets, type OpenSocket } from './sockets.ts';

describe('openSockets', function () {
  let server: Server;
  let port: number;
  let child: ChildProcess;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
    server.close();
  });

  /** The sockets of a process that runs this, and then calls `ready`, with a number perhaps. */
  async function socketsOf(script: string): Promise<{ sockets: readonly OpenSocket[]; said: string }> {
    const code = `const ready = (said = '') => console.log(said); const port = ${port}; ${script}`;
    child = spawn(process.execPath, ['-e', `${code}; setInterval(() => {}, 1000)`], {
      // Files and pipes of ours: Node makes no socket of them.
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    const all = await openSockets(child.pid ?? 0);
    return { sockets: all.filter(({ type }) => type !== 'unix'), said }; // its pipe to us
  }

  it('tells what listens, and what was accepted', async () => {
    const { sockets, said } = await socketsOf(
      `const s = net.createServer(() => ready(s.address().port)).listen(0, '127.0.0.1', () => {
         require('child_process').spawn(process.execPath, ['-e', \`net.connect(\${s.address().port}, '127.0.0.1')\`]);
       })`,
    );
    expect(sockets).to.have.length(2);
    expect(sockets.map(({ localPort }) => localPort)).to.deep.equal([Number(said), Number(said)]);
    expect(sockets.filter(({ listens }) => listens)).to.have.length(1);
    expect(notAccepted(sockets)).to.deep.equal([]);
  });

  for (const [what, script, type] of [
    ['a connection', `net.connect(port, '127.0.0.1', ready)`, 'tcp'],
    [
      'a connection beside a server',
      `net.createServer().listen(0, () => net.connect(port, '127.0.0.1', ready))`,
      'tcp',
    ],
    ['a UDP socket', `require('dgram').createSocket('udp4').bind(0, ready)`, 'udp'],
    ['a UDP socket of IPv6', `require('dgram').createSocket('udp6').bind(0, ready)`, 'udp6'],
  ] as const) {
    it(`finds ${what} that a process has opened`, async () => {
      const { sockets } = await socketsOf(script);
      expect(notAccepted(sockets).map((socket) => socket.type)).to.deep.equal([type]);
    });
  }
});
