import { EventEmitter, once } from 'node:events';
import { Agent } from 'node:https';
import { connect as connectTcp, createServer, type Server } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { mock } from 'node:test';
import { expect } from 'chai';
import { listen, SERVER_LIMITS } from '../../src/gate/server.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { admissionReview, podCreate } from '../admission-request.ts';
import { makeCertificate } from '../certificate.ts';
import { until } from '../until.ts';
import { answerTo, open, openTls, readToEnd, send } from './client.ts';
import { startTestGate, type TestGate, type TestGateOptions } from './test-gate.ts';
import { at } from '../mistakes.ts';

const ALLOWED = JSON.stringify(admissionReview(podCreate({ web: 'docker.io/acme/web:1' })));
const HEAD = `POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${ALLOWED.length}\r\n\r\n`;

interface Malformed {
  readonly what: string;
  readonly text: string;
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

/** What is said wherever nothing else is expected. */
const MALFORMED: Readonly<Record<string, string>> = {
  'http-malformed': 'The request is not HTTP/1.1.',
  'headers-too-large': 'The head of the request is too large.',
};

describe('createGateServer', () => {
  let gate: TestGate;
  async function start(options: TestGateOptions = {}): Promise<void> {
    gate = await startTestGate(options);
  }
  afterEach(async () => {
    await gate.close();
  });

  describe('the server', () => {
    it('speaks TLS 1.2 and 1.3, and nothing older', async () => {
      await start();
      const versions: (string | null)[] = [];
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        const socket = connectTls({ ...target(), minVersion: version, maxVersion: version });
        // oxlint-disable-next-line no-await-in-loop
        await once(socket, 'secureConnect');
        versions.push(socket.getProtocol());
        socket.destroy();
      }
      expect(versions).to.deep.equal(['TLSv1.2', 'TLSv1.3']);
      // OpenSSL's default level of security refuses 1.1 on the client's side already.
      const old = connectTls({
        ...target(),
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      });
      const [error] = (await once(old, 'error')) as [Error & { code: string }];
      expect(error.code).to.equal('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    });

    it('speaks HTTP/1.1, also to a client that would like HTTP/2', async () => {
      await start();
      const socket = connectTls({ ...target(), ALPNProtocols: ['h2', 'http/1.1'] });
      await once(socket, 'secureConnect');
      expect(socket.alpnProtocol).to.equal('http/1.1');
      socket.destroy();
    });

    const malformed: readonly Malformed[] = [
      { what: 'no HTTP', text: 'hello\r\n\r\n', status: 400, code: 'http-malformed' },
      { what: 'HTTP/2 without asking', text: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: 400, code: 'http-malformed' },
      {
        what: 'a length that is no number',
        text: HEAD.replace(/Length: \d+/, 'Length: many'),
        status: 400,
        code: 'http-malformed',
      },
      {
        what: 'a length and chunks',
        text: HEAD.replace('Host', 'Transfer-Encoding: chunked\r\nHost'),
        status: 400,
        code: 'http-malformed',
      },
      ...['http://[::1', 'http://gate/validate', '*', '%', '?', 'validate'].map((text) => ({
        what: `the target ${text}`,
        text: `GET ${text} HTTP/1.1\r\nHost: x\r\n\r\n`,
        status: 400,
        code: 'http-malformed',
        // What Node's parser lets pass.
        ...(/^(?:http|\*)/.test(text) && { message: 'The target of the request is not a path.' }),
      })),
      {
        what: 'a head of 9 KB',
        text: HEAD.replace('Host: x', `Host: ${'x'.repeat(9000)}`),
        status: 431,
        code: 'headers-too-large',
      },
    ];
    for (const { what, text, status, code, message } of malformed) {
      it(`answers ${what} with ${status} ${code}, and closes`, async () => {
        await start();
        const socket = await openTls(gate);
        socket.write(text);
        const answer = await readToEnd(socket);
        expect(answer).to.match(new RegExp(`^HTTP/1.1 ${status} `));
        const [head = '', body = ''] = answer.split('\r\n\r\n');
        expect(head).to.match(/\r\ncontent-type: application\/json; charset=utf-8\r\n/i);
        expect(head).to.match(/\r\nconnection: close/i);
        expect(JSON.parse(body)).to.deep.equal({ code, message: message ?? MALFORMED[code] });
        expect(gate.lines[0]).to.deep.include({ level: 40, status, code });
        expect(await gate.metric(`imagegate_bad_requests_total{status="${status}"}`)).to.equal(1);
        expect(await gate.metric('imagegate_bad_requests_total{status="500"}')).to.equal(0);
      });
    }

    it('tells some of many requests that it refuses, and counts all', async () => {
      await start();
      for (let count = 0; count < 50; count += 1) {
        // oxlint-disable-next-line no-await-in-loop
        await send(gate, { method: 'GET' });
      }
      const told = () => gate.lines.filter(({ status }) => status === 405).length;
      const suppressed = () => gate.lines.reduce((sum, line) => sum + Number(line['suppressed'] ?? 0), 0);
      await until(() => told() + suppressed() === 50, 'those left out to be told');
      expect(suppressed()).to.be.above(0);
      const counted = async () => (await gate.metric('imagegate_bad_requests_total{status="405"}')) === 50;
      await until(counted, 'all to be counted');
    });

    it('answers a broken chunk with 400, and does not fail', async () => {
      await start();
      const socket = await openTls(gate);
      const head = HEAD.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked');
      socket.write(`${head}5\r\n{"a":\r\nzz\r\n`);
      expect(await readToEnd(socket)).to.match(/^HTTP\/1.1 400 /);
      expect((await send(gate, { body: ALLOWED })).status).to.equal(200);
    });

    it('ends a connection that is no TLS without a word', async () => {
      await start();
      const socket = connectTcp(gate.port, 'localhost');
      await once(socket, 'connect');
      socket.write('no handshake');
      await readToEnd(socket);
      expect(gate.lines.every(({ level }) => level === 20)).to.equal(true);
      expect(await gate.metric('imagegate_bad_requests_total{status="400"}')).to.equal(0);
    });

    it('has the limits that the API server needs, and that the documentation tells', async () => {
      expect(SERVER_LIMITS).to.deep.equal({
        keepAliveTimeout: 120_000,
        headersTimeout: 5000,
        requestTimeout: 15_000,
        connectionsCheckingInterval: 1000,
        handshakeTimeout: 5000,
        maxHeaderSize: 8192,
        closeTimeout: 105_000,
        hurriedCloseTimeout: 20_000,
        maxConnections: 2048,
      });
      await start();
      const agent = new Agent({ keepAlive: true });
      const { headers } = await send(gate, { body: ALLOWED, agent });
      agent.destroy();
      expect(headers['keep-alive']).to.equal('timeout=120');
    });

    it('lets whoever comes in though it is full: a connection without a verdict goes', async () => {
      await start({ limits: { maxConnections: 2 } });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await send(gate, { body: ALLOWED, agent });
      const silent = await openTls(gate);
      const ended = readToEnd(silent);
      expect((await send(gate, { body: ALLOWED })).status).to.equal(200);
      await ended;
      const outgoing = open(gate, { agent, headers: { 'content-length': String(ALLOWED.length) } });
      outgoing.end(ALLOWED);
      expect((await answerTo(outgoing)).status).to.equal(200);
      expect(outgoing.reusedSocket).to.equal(true);
      agent.destroy();
    });

    for (const [what, request] of [
      ['a GET', 'GET /validate HTTP/1.1\r\nHost: x\r\n\r\n'],
      ['a review', HEAD + ALLOWED],
    ] as const) {
      it(`ends a connection that does not wait for its answers: ${what}`, async () => {
        await start();
        const socket = await openTls(gate);
        socket.write(request.repeat(500));
        await readToEnd(socket);
        // One answer at most: the rest of the packet is parsed, and left.
        expect(gate.lines.length).to.be.at.most(1);
        expect((await send(gate, { body: ALLOWED })).status).to.equal(200);
      });
    }

    for (const [what, head, piece] of [
      ['chunks', 'Transfer-Encoding: chunked', '1\r\n \r\n'],
      ['TLS records', 'Content-Length: 30000000', ' '],
      ['TLS records of a small body', 'Content-Length: 60000', ' '],
    ] as const) {
      it(`refuses a body in ${what} of one byte, and reads little of the rest`, async () => {
        await start();
        const socket = await openTls(gate);
        socket.write(HEAD.replace(/Content-Length: \d+/, head));
        const ended = readToEnd(socket);
        // Without end, and without an end of the body.
        const next = (): void => {
          if (!socket.destroyed) socket.write(piece, () => setImmediate(next));
        };
        next();
        expect(await ended).to.equal('');
        expect(gate.lines.filter(({ level }) => Number(level) > 20)).to.have.lengthOf(1);
        expect(gate.lines.find(({ status }) => status === 400)).to.deep.include({ code: 'body-in-pieces' });
      });
    }

    it('answers an expectation that it does not know like any other request', async () => {
      await start();
      expect((await send(gate, { body: ALLOWED, headers: { expect: 'wonders' } })).status).to.equal(200);
      const { status, headers } = await send(gate, { method: 'GET', headers: { expect: 'wonders' } });
      expect([status, headers.connection]).to.deep.equal([405, 'close']);
    });

    describe('with time limits', () => {
      it('ends a handshake that does not come', async () => {
        await start({ limits: { handshakeTimeout: 50 } });
        await readToEnd(connectTcp(gate.port, 'localhost'));
        expect(gate.lines.map(({ msg }) => msg)).to.deep.equal(['Connection error: TLS handshake timeout']);
      });

      it('keeps a connection that was not used, and then gives its head all of its time', async () => {
        await start({ limits: { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 20 } });
        const [unused, slow] = [await openTls(gate), await openTls(gate)];
        slow.write('POST /validate');
        // Both have been looked at by then.
        expect(await readToEnd(slow)).to.match(/^HTTP\/1.1 408 /);
        await until(() => gate.lines.length === 1, 'the other one to be told');
        unused.write(HEAD);
        unused.write(ALLOWED);
        await once(unused, 'data');
        unused.destroy();
        expect(await gate.metric('imagegate_bad_requests_total{status="408"}')).to.equal(1);
      });

      it('ends one that is never used as late as any that is idle', async () => {
        await start({ limits: { keepAliveTimeout: 200, headersTimeout: 50, connectionsCheckingInterval: 20 } });
        expect(await readToEnd(await openTls(gate))).to.equal('');
        expect(gate.lines.filter(({ level }) => Number(level) > 20)).to.deep.equal([]);
      });

      it('answers a head that does not come with 408', async () => {
        await start({ limits: { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 20 } });
        const socket = await openTls(gate);
        socket.write('POST /validate HTTP/1.1\r\n');
        const answer = await readToEnd(socket);
        expect(answer).to.match(/^HTTP\/1.1 408 /);
        expect(answer).to.contain('{"code":"request-timeout","message":"The request took too long to arrive."}');
      });

      it('answers a body that does not come with 408', async () => {
        await start({ limits: { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 20 } });
        const socket = await openTls(gate);
        socket.write(`${HEAD}{`);
        expect(await readToEnd(socket)).to.match(/^HTTP\/1.1 408 /);
        expect(await gate.metric('imagegate_bad_requests_total{status="408"}')).to.equal(1);
      });
    });

    it('renews its certificate for the connections to come, and keeps those that are there', async () => {
      await start();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await send(gate, { body: ALLOWED, agent });
      const renewed = await makeCertificate();
      gate.server.renew({ cert: Buffer.from(renewed.certificate), key: Buffer.from(renewed.key) });
      expect((await send(gate, { body: ALLOWED, agent })).status).to.equal(200);
      agent.destroy();
      expect((await send({ port: gate.port, ca: renewed.certificate }, { body: ALLOWED })).status).to.equal(200);
      const refused = await send(gate, { body: ALLOWED }).catch((error: Error & { code: string }) => error.code);
      expect(refused).to.equal('DEPTH_ZERO_SELF_SIGNED_CERT');
    });
  });

  describe('closing', () => {
    const patient = new AbortController().signal;

    it('waits for idle connections to go by themselves: a request may be on its way over one', async () => {
      await start();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await send(gate, { body: ALLOWED, agent });
      const unused = await openTls(gate);
      const closed = gate.server.close(patient);
      expect((await send(gate, { body: ALLOWED, agent })).status).to.equal(200);
      unused.write(HEAD);
      unused.write(ALLOWED);
      await once(unused, 'data');
      unused.destroy();
      agent.destroy();
      expect(await closed).to.equal(0);
    });

    it('ends idle connections, and those that never sent a request, in a hurry', async () => {
      await start();
      const agent = new Agent({ keepAlive: true });
      await send(gate, { body: ALLOWED, agent });
      const silent = await openTls(gate);
      const ended = readToEnd(silent);
      const hurry = new AbortController();
      const closed = gate.server.close(hurry.signal);
      hurry.abort();
      expect(await closed).to.equal(0);
      await ended;
      await until(() => Object.values(agent.freeSockets).length === 0, 'the idle connection to be ended');
    });

    it('takes no more connections, and answers the requests in flight', async () => {
      let draining = false;
      await start({ draining: () => draining });
      const outgoing = open(gate, { headers: { 'content-length': String(ALLOWED.length), expect: '100-continue' } });
      const answer = answerTo(outgoing);
      outgoing.flushHeaders();
      await once(outgoing, 'continue');
      outgoing.write(ALLOWED.slice(0, 10));
      draining = true;
      const closed = gate.close();
      const refused = await send(gate, { body: ALLOWED }).catch((error: Error & { code: string }) => error.code);
      expect(refused).to.equal('ECONNREFUSED');
      outgoing.end(ALLOWED.slice(10));
      const { json, headers } = await answer;
      expect(json.response?.allowed).to.equal(true);
      expect(headers.connection).to.equal('close');
      expect(await closed).to.equal(0);
    });

    it('ends a connection whose last answer was on its way when it began', async () => {
      // Not draining: the answer keeps the connection alive, as one does that was written a moment before.
      await start();
      const agent = new Agent({ keepAlive: true });
      const outgoing = open(gate, {
        agent,
        headers: { 'content-length': String(ALLOWED.length), expect: '100-continue' },
      });
      const answer = answerTo(outgoing);
      outgoing.flushHeaders();
      await once(outgoing, 'continue');
      const closed = gate.close();
      outgoing.end(ALLOWED);
      expect((await answer).headers.connection).to.equal('keep-alive');
      expect(await closed).to.equal(0);
      agent.destroy();
    });

    for (const [what, signal] of [
      ['of all that is left what is there for too long', patient],
      ['in a hurry what takes longer than any request may', AbortSignal.abort()],
    ] as const)
      it(`cuts ${what}`, async () => {
        await start({ limits: { closeTimeout: 50, hurriedCloseTimeout: 50 } });
        const inMidBody = await openTls(gate);
        inMidBody.write(`${HEAD}{`);
        const inHandshake = connectTcp(gate.port, 'localhost');
        await once(inHandshake, 'connect');
        const ends = [readToEnd(inMidBody), readToEnd(inHandshake)];
        // The server has to have seen both, or there would be nothing to cut.
        await send(gate, { body: ALLOWED });
        const cut = await gate.server.close(signal);
        // In a hurry a connection without a request is ended at once.
        expect(cut).to.equal(signal.aborted ? 1 : 2);
        await Promise.all(ends);
      });
  });

  it('listens with room for a thousand that come at once, and then for errors no more', async () => {
    await start();
    const server = createServer();
    const called = mock.method(server, 'listen').mock;
    await listen(server, 0, 'PORT');
    server.close();
    expect(called.calls[0]?.arguments[0]).to.deep.equal({ port: 0, backlog: 4096 });
    expect(server.listenerCount('error')).to.equal(0);
  });

  describe('a port that cannot be had', () => {
    const failing = (code: string, message: string): Server => {
      const server = new EventEmitter() as Server;
      server.listen = () => {
        server.emit('error', Object.assign(new Error(message), { code }));
        return server;
      };
      return server;
    };
    for (const { server, found } of [
      { server: () => createServer(), found: 'one that another process listens on' },
      { server: () => failing('EACCES', 'denied'), found: 'one that this user may not listen on' },
      { server: () => failing('EADDRNOTAVAIL', 'no such address'), found: 'no such address' },
    ]) {
      it(`is a mistake: ${found}`, async () => {
        await start();
        const error = (await listen(server(), gate.port, 'PORT').catch((thrown: unknown) => thrown)) as MistakesError;
        expect(error).to.be.instanceOf(MistakesError);
        expect(error.mistakes).to.deep.equal([
          {
            code: 'port-unavailable',
            ...at(`PORT ${gate.port}`),
            expected: 'a port to listen on',
            found,
            remedy: 'Set PORT to another port, or end what listens there.',
          },
        ]);
      });
    }
  });

  function target() {
    return { host: 'localhost', port: gate.port, ca: gate.ca };
  }
});
