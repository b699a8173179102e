import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { mock } from 'node:test';
import { expect } from 'chai';
import { addProcessMetrics, createMetrics, type Metrics } from '../../../src/gate/telemetry/metrics.ts';
import { createOpsServer } from '../../../src/gate/ops-server.ts';
import { createProbes } from '../../../src/gate/telemetry/probes.ts';
import { MistakesError } from '../../../src/mistake/mistake.ts';
import { rulesetOf } from '../../ruleset.ts';
import { readToEnd } from '../client.ts';
import { at } from '../../mistakes.ts';

describe('the probes', () => {
  let port: number;
  let metrics: Metrics;
  let problem: string | undefined;
  let remark: string | undefined;
  const ops = { close: async () => {} };

  beforeEach(async () => {
    problem = undefined;
    remark = undefined;
    metrics = createMetrics();
    const probes = createProbes({
      metrics,
      checks: { listening: () => undefined, mood: () => problem },
      remarks: { weather: () => remark },
      status: () => ({ mood: problem ?? 'good' }),
    });
    const server = createOpsServer(probes.callback());
    port = await server.listen(0);
    ops.close = async () => server.close();
  });
  afterEach(async () => ops.close());

  const get = async (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });

  for (const path of ['/livez', '/healthz', '/readyz']) {
    it(`answer ${path}`, async () => {
      const answer = await get(path);
      expect(answer.status).to.equal(200);
      expect(await answer.text()).to.equal('ok\n');
      expect((await get(path, 'HEAD')).status).to.equal(200);
    });
  }

  it('tell what is in use, in JSON', async () => {
    problem = 'bad';
    const answer = await get('/status');
    expect(answer.headers.get('content-type')).to.match(/^application\/json/);
    expect(await answer.json()).to.deep.equal({ mood: 'bad' });
  });

  it('list what is ready when asked', async () => {
    expect(await (await get('/readyz?verbose')).text()).to.equal(
      '[+]listening ok\n[+]mood ok\n[+]weather ok\nreadyz check passed\n',
    );
  });

  it('say what is not ready, and live on', async () => {
    problem = 'it is Monday';
    const answer = await get('/readyz');
    expect(answer.status).to.equal(503);
    expect(await answer.text()).to.equal(
      '[+]listening ok\n[-]mood failed: it is Monday\n[+]weather ok\nreadyz check failed\n',
    );
    expect((await get('/livez')).status).to.equal(200);
  });

  it('are ready though somebody should look at something', async () => {
    remark = 'it rains';
    expect(await (await get('/readyz')).text()).to.equal('ok\n');
    const answer = await get('/readyz?verbose');
    expect(answer.status).to.equal(200);
    expect(await answer.text()).to.equal('[+]listening ok\n[+]mood ok\n[!]weather: it rains\nreadyz check passed\n');
  });

  it('tell the metrics', async () => {
    metrics.rulesetInUse(rulesetOf(), 0);
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).to.contain('imagegate_rule_errors_total{rule="empty-tag",dry_run="false"} 0\n');
  });

  it('make the metrics once a second, for whoever asks in it', async () => {
    let made = 0;
    const registry = { contentType: 'text/plain', metrics: async () => String((made += 1)) };
    const counting = createOpsServer(
      createProbes({
        checks: {},
        remarks: {},
        status: () => ({}),
        metrics: { ...metrics, registry: registry as never },
      }).callback(),
    );
    const url = `http://127.0.0.1:${await counting.listen(0)}/metrics`;
    const clock = mock.method(performance, 'now', () => 5000).mock;
    try {
      const answers: string[] = [];
      for (const now of [5000, 5000, 5999, 6000, 6999, 7000]) {
        clock.mockImplementation(() => now);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        answers.push(await (await fetch(url)).text());
      }
      expect(answers).to.deep.equal(['1', '1', '1', '2', '2', '3']);
    } finally {
      clock.restore();
    }
    await counting.close();
  });

  it('end a connection that does not wait for its answers', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1900));
    expect(await readToEnd(socket)).to.equal('');
    expect((await get('/livez')).status).to.equal(200);
  });

  it('read no body', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n');
    expect(await readToEnd(socket)).to.equal('');
    expect((await fetch(`http://127.0.0.1:${port}/livez`, { method: 'POST', body: 'x' })).status).to.equal(400);
  });

  it('take what is no path for a mistake of who sent it', async () => {
    for (const target of ['http://[::1', '*', 'livez', '%']) {
      const socket = connect(port, '127.0.0.1');
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      // oxlint-disable-next-line no-await-in-loop
      expect(await readToEnd(socket), target).to.match(/^HTTP\/1.1 400 /);
    }
  });

  it('answer nothing else', async () => {
    expect((await get('/validate')).status).to.equal(404);
    expect((await get('/constructor')).status).to.equal(404);
    const posted = await get('/livez', 'POST');
    expect(posted.status).to.equal(405);
    expect(posted.headers.get('allow')).to.equal('GET, HEAD');
    expect(posted.headers.get('connection')).to.equal('close');
  });

  it('survive what breaks, without a word', async () => {
    const broken = createProbes({
      checks: {},
      remarks: {},
      status: () => ({}),
      metrics: { ...metrics, registry: { metrics: () => Promise.reject(new Error('broken')) } as never },
    });
    const server = createServer((req, res) => void broken.callback()(req, res)).listen(0);
    await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
    expect(answer.status).to.equal(500);
    server.close();
    const reset = connect(port, '127.0.0.1');
    reset.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    reset.resetAndDestroy();
    expect((await get('/livez')).status).to.equal(200);
  });

  it('end at once, also with a connection that is open', async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    await get('/livez');
    await ops.close();
    ops.close = async () => {};
    socket.resume();
    if (!socket.closed) await once(socket, 'close');
  });

  it('cannot have a port that is taken', async () => {
    const other: Server = createServer().listen(0);
    await once(other, 'listening');
    const taken = (other.address() as AddressInfo).port;
    const server = createOpsServer(async () => {});
    const error = (await server.listen(taken).catch((thrown: unknown) => thrown)) as MistakesError;
    other.close();
    expect(error).to.be.instanceOf(MistakesError);
    expect(error.mistakes[0]).to.deep.include({ code: 'port-unavailable', ...at(`OPS_PORT ${taken}`) });
  });
});

describe('addProcessMetrics', () => {
  it('adds what Node knows of itself', async () => {
    const metrics = createMetrics();
    addProcessMetrics(metrics);
    const text = await metrics.registry.metrics();
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_eventloop_lag_seconds',
    ]) {
      expect(text).to.contain(`\n${name} `);
    }
  });
});
