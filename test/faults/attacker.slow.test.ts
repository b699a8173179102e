import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { goVersion } from '../go-build.ts';
import { skipWithout } from '../skip-without.ts';
import { until } from '../until.ts';
import { buildAttacker, startAttack, type Plan } from './attacker.ts';

describe('the attacker', function () {
  let attacker: string;
  let server: Server;
  const asked: string[] = [];
  before(async function () {
    if ((await goVersion()) === undefined) skipWithout('Go', this);
    attacker = await buildAttacker();
  });
  beforeEach(async () => {
    asked.length = 0;
    server = createServer((req, res) => {
      asked.push(`${req.socket.remoteAddress} ${req.url}`);
      res.statusCode = req.url === '/good' ? 200 : 404;
      res.end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const plan = (more: Partial<Plan>): Plan => ({
    port: (server.address() as AddressInfo).port,
    from: ['127.0.0.1'],
    tls: 'none',
    connections: 3,
    perSecond: 1000,
    seconds: 60,
    scripts: [[]],
    then: 'close',
    ...more,
  });
  const ask = (path: string) => [{ text: `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, answer: true }];

  it('says its scripts in turns, and counts the answers', async () => {
    const { longestMs, ...counts } = await startAttack(attacker, plan({ scripts: [ask('/good'), ask('/bad')] })).end();
    expect(longestMs).to.be.least(0);
    expect(counts).to.deep.include({ opened: 3, failed: 0, closedByPeer: 0, answers: { 200: 2, 404: 1 } });
    expect(asked).to.have.members(['127.0.0.1 /good', '127.0.0.1 /bad', '127.0.0.1 /good']);
  });

  it('says a script again, opens again what was closed, and ends when it is told to', async () => {
    const attack = startAttack(attacker, plan({ again: true, then: 'repeat', scripts: [ask('/good')] }));
    await attack.ready;
    await until(() => asked.length > 20, 'requests');
    server.closeAllConnections();
    const before = asked.length;
    await until(() => asked.length > before + 20, 'requests over new connections');
    const { opened, closedByPeer, most } = await attack.end();
    expect(closedByPeer).to.be.above(0);
    expect({ open: opened - closedByPeer, most }).to.deep.equal({ open: 3, most: 3 });
  });

  it('meets before it goes on', async () => {
    const scripts = [[...ask('/1'), { meet: 3 }, ...ask('/2')]];
    await startAttack(attacker, plan({ scripts })).end();
    expect(asked.map((line) => line.split('/')[1])).to.deep.equal(['1', '1', '1', '2', '2', '2']);
  });

  for (const [what, wrong] of [
    ['no end', { seconds: 0 }],
    ['too many connections', { connections: 1_000_000 }],
    ['no pace', { perSecond: 0 }],
    ['an unknown field', { target: '192.0.2.1' }],
  ] as const) {
    it(`refuses a plan with ${what}`, () => {
      const { status, stdout, stderr } = spawnSync(attacker, { input: JSON.stringify({ ...plan({}), ...wrong }) });
      expect({ status, stdout: String(stdout) }).to.deep.equal({ status: 2, stdout: '' });
      expect(String(stderr)).to.match(/^attacker: /);
    });
  }
});
