import { once } from 'node:events';
import { Agent } from 'node:https';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { allowed } from '../../../src/admission/response.ts';
import type { JudgePolicy } from '../../../src/gate/request/policy-route.ts';
import { admissionReview, podCreate } from '../../admission-request.ts';
import { rulesetOf } from '../../ruleset.ts';
import { until } from '../../until.ts';
import { BODY_LIMITS, MAX_BODY_BYTES, SMALL_BODY_BYTES } from '../../../src/gate/request/body-limits.ts';
import { createMetrics } from '../../../src/gate/telemetry/metrics.ts';
import { answerTo, open, send, type Sent } from '../client.ts';
import { startTestGate, type TestGate } from '../test-gate.ts';

const MIB = 1024 * 1024;
const ALLOWED = JSON.stringify(admissionReview(podCreate({ web: 'docker.io/acme/web:1' })));
const DENIED = JSON.stringify(admissionReview(podCreate({ web: 'nginx' })));
const SECRET = 'hunter2-do-not-log';

const TOKEN = 'c'.repeat(64);

describe('over the wire', () => {
  let gate: TestGate;
  beforeEach(async () => {
    gate = await startTestGate();
  });
  afterEach(async () => {
    await gate.close();
  });

  describe('the webhook', () => {
    for (const path of ['/validate', '/', '/validate?timeout=5s', '/?timeout=10s']) {
      it(`answers a review at ${path}`, async () => {
        const agent = new Agent({ keepAlive: true });
        const { status, headers, json } = await send(gate, { path, body: ALLOWED, agent });
        agent.destroy();
        expect(status).to.equal(200);
        expect(headers['content-type']).to.equal('application/json; charset=utf-8');
        expect(headers.connection).to.equal('keep-alive');
        expect(json).to.deep.equal({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: '705ab4f5-6393-11e8-b7cc-42010a800002', allowed: true },
        });
      });
    }

    it('denies with HTTP 200, in the version that was asked in', async () => {
      const { status, json } = await send(gate, { body: DENIED.replace('k8s.io/v1', 'k8s.io/v1beta1') });
      expect(status).to.equal(200);
      expect(json.apiVersion).to.equal('admission.k8s.io/v1beta1');
      expect(json.response).to.deep.include({ allowed: false });
      expect(json.response?.status?.code).to.equal(403);
    });

    for (const type of [
      'application/json; charset=utf-8',
      'Application/JSON',
      'application/json ;x=y',
      'application/json;',
    ]) {
      it(`takes the content type ${type}`, async () => {
        expect((await send(gate, { body: ALLOWED, headers: { 'content-type': type } })).status).to.equal(200);
      });
    }

    it('takes a chunked body, cut anywhere', async () => {
      const cuts = [ALLOWED.slice(0, 1), ALLOWED.slice(1, 300), ALLOWED.slice(300)];
      expect((await send(gate, { body: cuts })).json.response?.allowed).to.equal(true);
    });

    it('answers many requests on one connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let reused = 0;
      for (let round = 0; round < 3; round += 1) {
        const outgoing = open(gate, { agent, headers: { 'content-length': String(ALLOWED.length) } });
        const answer = answerTo(outgoing);
        outgoing.end(ALLOWED);
        expect((await answer).status).to.equal(200);
        if (outgoing.reusedSocket) reused += 1;
      }
      agent.destroy();
      expect(reused).to.equal(2);
    });

    it('asks for the ruleset once a review', async () => {
      let asked = 0;
      const counting = await startTestGate({ ruleset: () => ((asked += 1), rulesetOf()) });
      await send(counting, { body: DENIED });
      await counting.close();
      expect(asked).to.equal(1);
    });

    it('judges a dry run like any other, and counts it apart', async () => {
      const body = JSON.stringify(admissionReview(podCreate({ web: 'nginx' }, { dryRun: true })));
      expect((await send(gate, { body })).json.response?.allowed).to.equal(false);
      expect(await gate.metric('imagegate_reviews_total{verdict="denied",operation="CREATE",dry_run="true"}')).to.equal(
        1,
      );
    });

    it('logs so many reviews of one address, tells how many it left out, and counts all', async () => {
      const quiet = await startTestGate({ logReviewsPerSecond: 1 });
      for (let count = 0; count < 40; count += 1) {
        // oxlint-disable-next-line no-await-in-loop
        await send(quiet, { body: ALLOWED });
      }
      const told = () => quiet.lines.filter(({ msg }) => msg === 'review').length;
      const suppressed = () => quiet.lines.reduce((sum, line) => sum + Number(line['suppressed'] ?? 0), 0);
      await until(() => told() + suppressed() === 40, 'those left out to be told');
      expect(suppressed()).to.be.above(0);
      await quiet.close();
    });

    it('closes the connection after an answer while it drains', async () => {
      const draining = await startTestGate({ draining: () => true });
      const agent = new Agent({ keepAlive: true });
      const { status, headers } = await send(draining, { body: ALLOWED, agent });
      agent.destroy();
      await draining.close();
      expect({ status, connection: headers.connection }).to.deep.equal({ status: 200, connection: 'close' });
    });
  });

  interface Refused {
    readonly what: string;
    readonly sent: Sent;
    readonly status: number;
    readonly code: string;
    readonly message?: string;
  }

  const gzipped = gzipSync(ALLOWED);
  const field = (change: object): string => {
    const review = admissionReview(podCreate({ web: 'nginx' }));
    return JSON.stringify({ ...review, request: { ...review.request, ...change } });
  };

  describe('a body', () => {
    /** How a body can come: it must not matter which of the two readers gets it. */
    const WAYS: Readonly<Record<string, (body: Buffer) => NonNullable<Sent['body']>>> = {
      small: (body) => body,
      large: (body) => Buffer.concat([body, Buffer.alloc(SMALL_BODY_BYTES, ' ')]),
      chunked: (body) => [body.subarray(0, 20), body.subarray(20, 21), body.subarray(21)],
    };
    const BODIES: readonly { what: string; body: string | Buffer; code?: string }[] = [
      { what: 'a review', body: ALLOWED },
      { what: 'a review after a byte order mark', body: `\uFEFF${ALLOWED}` },
      { what: 'a review after blanks', body: ` \t\r\n${ALLOWED}` },
      { what: 'a review with a key __proto__', body: ALLOWED.replace('{', '{"__proto__":{"request":7},') },
      { what: 'a review with a name of many bytes', body: ALLOWED.replace('{', '{"日本€é𝕏":"日本",') },
      {
        what: 'a review with bytes that are no UTF-8',
        body: Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xff, 0xc3]), Buffer.from(`",${ALLOWED.slice(1)}`)]),
      },
      { what: 'two byte order marks', body: `\uFEFF\uFEFF${ALLOWED}`, code: 'json-invalid' },
      { what: 'a review that is cut', body: ALLOWED.slice(0, -1), code: 'json-invalid' },
      { what: 'two reviews', body: ALLOWED + ALLOWED, code: 'json-invalid' },
      { what: 'a text', body: '"AdmissionReview, and long enough"', code: 'json-invalid' },
      { what: 'null', body: `null${' '.repeat(30)}`, code: 'json-invalid' },
      { what: 'a list', body: `[${ALLOWED}]`, code: 'review-invalid' },
    ];
    for (const { what, body, code } of BODIES) {
      for (const [way, sent] of Object.entries(WAYS)) {
        it(`is ${code ?? 'judged'} when it is ${way}: ${what}`, async () => {
          const { json } = await send(gate, { body: sent(Buffer.from(body)) });
          expect({ code: json.code, allowed: json.response?.allowed }).to.deep.equal({
            code,
            allowed: code === undefined ? true : undefined,
          });
        });
      }
    }
  });

  /** What is said wherever nothing else is expected. */
  const MESSAGES: Readonly<Record<string, string>> = {
    'path-unknown': 'Reviews are taken at /validate and /mutate, and at each with /PROFILE.',
    'method-not-allowed': 'Reviews are taken by POST.',
    'content-type-unsupported': 'The content type must be application/json.',
    'content-encoding-unsupported': 'The body must be sent without a content encoding.',
    'body-empty': 'The request has no body: it must be an AdmissionReview.',
    'json-invalid': 'The body is not JSON, or not an object.',
    'body-too-large': 'The body is larger than 33554432 bytes.',
  };

  const REFUSED: readonly Refused[] = [
    { what: 'another path', sent: { path: '/mutated', body: ALLOWED }, status: 404, code: 'path-unknown' },
    { what: 'a longer path', sent: { path: '/validate/', body: ALLOWED }, status: 404, code: 'path-unknown' },
    {
      what: 'a profile that is none',
      sent: { path: '/validate/Prod', body: ALLOWED },
      status: 404,
      code: 'path-unknown',
    },
    {
      what: 'GET',
      sent: { method: 'GET', headers: { 'content-type': undefined } },
      status: 405,
      code: 'method-not-allowed',
    },
    { what: 'PUT', sent: { method: 'PUT', body: ALLOWED }, status: 405, code: 'method-not-allowed' },
    { what: 'OPTIONS', sent: { method: 'OPTIONS' }, status: 405, code: 'method-not-allowed' },
    {
      what: 'no content type',
      sent: { body: ALLOWED, headers: { 'content-type': undefined } },
      status: 415,
      code: 'content-type-unsupported',
    },
    {
      what: 'a content type of text',
      sent: { body: ALLOWED, headers: { 'content-type': 'text/plain' } },
      status: 415,
      code: 'content-type-unsupported',
    },
    {
      what: 'a content type of forms',
      sent: { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      status: 415,
      code: 'content-type-unsupported',
    },
    {
      what: 'a content type like JSON',
      sent: { body: ALLOWED, headers: { 'content-type': 'application/json-patch+json' } },
      status: 415,
      code: 'content-type-unsupported',
    },
    {
      what: 'a content type that begins like JSON',
      sent: { body: ALLOWED, headers: { 'content-type': 'application/jsonx' } },
      status: 415,
      code: 'content-type-unsupported',
    },
    {
      what: 'gzip',
      sent: { body: gzipped, headers: { 'content-encoding': 'gzip' } },
      status: 415,
      code: 'content-encoding-unsupported',
    },
    {
      what: 'broken gzip',
      sent: { body: gzipped.subarray(0, 50), headers: { 'content-encoding': 'gzip' } },
      status: 415,
      code: 'content-encoding-unsupported',
    },
    {
      what: 'brotli',
      sent: { body: ALLOWED, headers: { 'content-encoding': 'br' } },
      status: 415,
      code: 'content-encoding-unsupported',
    },
    {
      what: 'the encoding identity',
      sent: { body: ALLOWED, headers: { 'content-encoding': 'identity' } },
      status: 415,
      code: 'content-encoding-unsupported',
    },
    { what: 'no body', sent: {}, status: 400, code: 'body-empty' },
    { what: 'an empty body', sent: { body: '' }, status: 400, code: 'body-empty' },
    {
      what: 'an empty chunked body',
      sent: { body: [], headers: { 'transfer-encoding': 'chunked' } },
      status: 400,
      code: 'body-empty',
    },
    { what: 'blanks', sent: { body: ' \n ' }, status: 400, code: 'json-invalid' },
    { what: 'a scalar', sent: { body: '42' }, status: 400, code: 'json-invalid' },
    { what: 'null', sent: { body: 'null' }, status: 400, code: 'json-invalid' },
    {
      what: 'broken JSON',
      sent: { body: '{"apiVersion":' },
      status: 400,
      code: 'json-invalid',
    },
    { what: 'two values', sent: { body: `${ALLOWED}${ALLOWED}` }, status: 400, code: 'json-invalid' },
    {
      what: 'an array',
      sent: { body: `[${ALLOWED}]` },
      status: 400,
      code: 'review-invalid',
      message: 'The body is not a valid AdmissionReview: the body must be an object.',
    },
    {
      what: 'an empty object',
      sent: { body: '{}' },
      status: 400,
      code: 'review-invalid',
      message: 'The body is not a valid AdmissionReview: apiVersion is missing; kind is missing; request is missing.',
    },
    {
      what: 'another kind',
      sent: { body: ALLOWED.replace('"kind":"AdmissionReview"', '"kind":"Pod"') },
      status: 400,
      code: 'review-invalid',
      message: 'The body is not a valid AdmissionReview: kind must be AdmissionReview.',
    },
    {
      what: 'a field of the wrong type',
      sent: { body: field({ operation: 7 }) },
      status: 400,
      code: 'review-invalid',
      message:
        'The body is not a valid AdmissionReview: request.operation must be one of CREATE, UPDATE, DELETE, CONNECT.',
    },
    {
      what: 'a body of a terabyte, announced',
      sent: { headers: { 'content-length': '1099511627776' } },
      status: 413,
      code: 'body-too-large',
    },
    {
      what: 'a length that wraps around at 32 bits',
      sent: { headers: { 'content-length': String(2 ** 32 + 10) } },
      status: 413,
      code: 'body-too-large',
    },
  ];

  describe('a request that is no review', () => {
    for (const { what, sent, status, code, message } of REFUSED) {
      it(`is refused with ${status} ${code}: ${what}`, async () => {
        const outgoing = sent.body === undefined && sent.headers?.['content-length'] !== undefined;
        const answered = outgoing ? await answerToHead(sent) : await send(gate, sent);
        expect({ status: answered.status, code: answered.json.code }).to.deep.equal({ status, code });
        expect(answered.headers['content-type']).to.equal('application/json; charset=utf-8');
        expect(answered.json.message).to.equal(message ?? MESSAGES[code]);
        expect(gate.lines[0]?.['msg']).to.equal(answered.json.message);
        expect(answered.text).not.to.contain('"allowed"');
        expect(await gate.metric(`imagegate_bad_requests_total{status="${status}"}`)).to.equal(1);
        expect(gate.lines).to.have.lengthOf(1);
        expect(gate.lines[0]).to.deep.include({ level: 40, status, code });
      });
    }

    /** What is answered to the head alone, before the body comes. */
    async function answerToHead(sent: Sent) {
      const outgoing = open(gate, sent);
      outgoing.flushHeaders();
      const answered = await answerTo(outgoing);
      outgoing.destroy();
      return answered;
    }

    it('is told which methods there are', async () => {
      expect((await send(gate, { method: 'DELETE' })).headers['allow']).to.equal('POST');
    });

    it('is told the uid when there is one', async () => {
      const { json } = await send(gate, { body: field({ kind: 'Pod' }) });
      expect(json).to.deep.equal({
        code: 'review-invalid',
        message: 'The body is not a valid AdmissionReview: request.kind must be an object.',
        uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      });
      expect(gate.lines[0]).to.deep.include({ uid: '705ab4f5-6393-11e8-b7cc-42010a800002' });
    });

    it('gets no body for HEAD', async () => {
      const { status, text } = await send(gate, { method: 'HEAD' });
      expect({ status, text }).to.deep.equal({ status: 405, text: '' });
    });

    it('is refused before its body is read, and the connection is closed when the body has come', async () => {
      const outgoing = open(gate, { headers: { 'content-length': String(MAX_BODY_BYTES + 1) } });
      const socketClosed = new Promise((resolve) => outgoing.once('close', resolve));
      outgoing.write('x'.repeat(1000));
      const { status, headers } = await answerTo(outgoing);
      expect({ status, connection: headers.connection }).to.deep.equal({ status: 413, connection: 'close' });
      // The client has its answer, and the server still waits for the rest: it must give up on its own.
      await socketClosed;
    });

    it('is refused when a chunked body grows too large, and the connection is closed', async () => {
      const chunk = Buffer.alloc(MIB, ' ');
      const agent = new Agent({ keepAlive: true });
      const { status, headers, json } = await send(gate, { body: Array.from({ length: 34 }, () => chunk), agent });
      expect({ status, code: json.code }).to.deep.equal({ status: 413, code: 'body-too-large' });
      expect(headers.connection).to.equal('close');
      await until(() => Object.values(agent.sockets).length === 0, 'the connection to be closed');
    });

    it('is refused when its values would not fit into memory', async () => {
      const { status, json, headers } = await send(gate, { body: `[${'[],'.repeat(BODY_LIMITS.large.marks / 2)}[]]` });
      expect({ status, ...json }).to.deep.equal({
        status: 413,
        code: 'body-too-complex',
        message: 'The body has more than 2500000 values.',
      });
      expect(headers.connection).to.equal('close');
    });

    it('is judged when it is large and its values are few', async () => {
      const note = '<{[,:"'.repeat(1_500_000);
      const request = podCreate({ web: 'nginx' });
      const object = { ...(request.object as object), metadata: { annotations: { note } } };
      const { json } = await send(gate, { body: JSON.stringify(admissionReview({ ...request, object })) });
      expect(json.response?.allowed).to.equal(false);
    });
  });

  describe('koa-bodyparser', () => {
    it('takes keys like __proto__ for keys', async () => {
      const poisoned = ALLOWED.replace('"metadata":{', '"__proto__":{"allowed":true},"metadata":{"constructor":{},');
      expect(poisoned).to.contain('__proto__');
      expect((await send(gate, { body: poisoned })).json.response?.allowed).to.equal(true);
      expect((await send(gate, { body: `{"__proto__":${ALLOWED}}` })).status).to.equal(400);
      expect(({} as Record<string, unknown>)['allowed']).to.equal(undefined);
    });

    it('is not harmed by depth', async () => {
      const depth = 100_000;
      const object = `{"metadata":{"annotations":${'['.repeat(depth)}${']'.repeat(depth)}},"spec":{"containers":[{"name":"a","image":"nginx"}]}}`;
      const body = ALLOWED.replace(/"object":.*?\}\]\}\}/, `"object":${object}`);
      expect((await send(gate, { body })).json.response).to.deep.include({ allowed: false });
      expect((await send(gate, { body: '['.repeat(depth) })).status).to.equal(400);
      expect((await send(gate, { body: `{"request":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}` })).status).to.equal(
        400,
      );
    });

    it('leaves nothing of a body in the log or in a refusal', async () => {
      const bodies = [SECRET, `"${SECRET}"`, `{"${SECRET}"`, `{"a":${SECRET}}`, `{"a":"${SECRET}"}`, `[${SECRET}`];
      for (const body of bodies) {
        const { status, text } = await send(gate, { body });
        expect(status).to.equal(400);
        expect(text).not.to.contain(SECRET.slice(0, 5));
      }
      const request = podCreate({ web: 'nginx' }, { userInfo: { username: SECRET, groups: [SECRET] } });
      const object = {
        metadata: { annotations: { a: SECRET } },
        spec: { containers: [{ name: SECRET, image: SECRET }] },
      };
      await send(gate, { body: JSON.stringify(admissionReview({ ...request, object })) });
      await send(gate, { body: `{"apiVersion":"${SECRET}","kind":"${SECRET}","request":"${SECRET}"}` });
      expect(gate.lines).to.have.lengthOf(bodies.length + 2);
      expect(gate.logText()).not.to.contain(SECRET.slice(0, 5));
      expect(gate.logText()).not.to.contain('stack');
    });

    it('forgets a client that goes away in mid-body, without a stack', async () => {
      for (const headers of [{ 'content-length': '1000' }, { 'transfer-encoding': 'chunked' }]) {
        const outgoing = open(gate, { headers: { ...headers, expect: '100-continue' } }).on('error', () => {});
        outgoing.flushHeaders();
        // oxlint-disable-next-line no-await-in-loop
        await once(outgoing, 'continue');
        outgoing.write('{"a":');
        outgoing.destroy();
      }
      const gone = 'Client closed the connection before its request was complete.';
      await until(() => gate.lines.filter(({ msg }) => msg === gone).length >= 2, 'both to be noticed');
      expect(gate.lines.filter(({ level }) => Number(level) > 20)).to.deep.equal([]);
      expect(gate.logText()).not.to.contain('stack');
      expect(await gate.metric('imagegate_bad_requests_total{status="400"}')).to.equal(0);
    });
  });

  describe('the budget of large bodies', () => {
    /** A request whose body has come, but for its end. */
    async function begin(bytes: number) {
      const outgoing = open(gate, { headers: { 'content-length': String(bytes + 1) } });
      const answer = answerTo(outgoing);
      await new Promise((resolve) => outgoing.write(Buffer.alloc(bytes, ' '), resolve));
      return { outgoing, answer };
    }

    const large = Buffer.from(
      ALLOWED.replace('"metadata":{', `"metadata":{"annotations":{"a":"${'x'.repeat(25 * MIB)}"},`),
    );

    for (const [what, body] of [
      ['one with a length', large],
      ['a chunked one', [large]],
    ] as const) {
      it(`refuses with 429 who holds it and does not send, for ${what} that comes`, async () => {
        const { outgoing, answer } = await begin(30 * MIB);
        // Nothing is held against what was only announced.
        const announced = open(gate, { headers: { 'content-length': String(30 * MIB) } }).on('error', () => {});
        announced.write('{');
        expect((await send(gate, { body: ALLOWED })).status).to.equal(200);
        let refused: Awaited<typeof answer> | undefined;
        void answer.then((answered) => (refused = answered));
        await until(async () => {
          expect((await send(gate, { body })).json.response?.allowed).to.equal(true);
          return refused !== undefined;
        }, 'the one who holds it to be refused');
        expect({ status: refused?.status, ...refused?.json }).to.deep.equal({
          status: 429,
          code: 'overloaded',
          message: 'Too many reviews are being read: try again in a second.',
        });
        expect(refused?.headers).to.deep.include({ 'retry-after': '1', connection: 'close' });
        outgoing.destroy();
        announced.destroy();
      });
    }
  });

  describe('the budget of values', () => {
    /** A review with so many values beside the pod. */
    const withValues = (count: number): string =>
      ALLOWED.replace('"metadata":{', `"metadata":{"x":[${'[],'.repeat(count / 2 - 1)}[]],`);

    it('refuses what is over it with 429 while others are judged, and takes it later', async () => {
      let release = (): void => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      let judged = 0;
      const judgePolicy: JudgePolicy = async ({ uid }) => {
        judged += 1;
        return released.then(() => allowed(uid));
      };
      const slow = await startTestGate({
        judgePolicy,
        policyToken: () => ({ hashes: [createHash('sha256').update(TOKEN).digest()] }),
      });
      const first = send(slow, { path: `/validate-policy/${TOKEN}`, body: withValues(BODY_LIMITS.large.marks - 1000) });
      await until(() => judged === 1, 'the first to be judged');
      const few = withValues(60_000);
      const refused = await send(slow, { body: few });
      expect([refused.status, refused.json.code]).to.deep.equal([429, 'overloaded']);
      expect(refused.headers).to.deep.include({ 'retry-after': '1', connection: 'close' });
      release();
      expect((await first).json.response?.allowed).to.equal(true);
      expect((await send(slow, { body: few })).json.response?.allowed).to.equal(true);
      await slow.close();
    });
  });

  describe('our own failure', () => {
    it('is a denial once the uid is known', async () => {
      const broken = await startTestGate({
        ruleset: () => {
          throw new Error('the ruleset is on fire');
        },
      });
      const { status, json } = await send(broken, { body: ALLOWED });
      await broken.close();
      expect(status).to.equal(200);
      expect(
        await broken.metric('imagegate_reviews_total{verdict="errored",operation="CREATE",dry_run="false"}'),
      ).to.equal(1);
      expect(json.response?.uid).to.equal('705ab4f5-6393-11e8-b7cc-42010a800002');
      expect(json.response?.allowed).to.equal(false);
      expect(json.response?.status?.code).to.equal(500);
      expect(await broken.metric('imagegate_review_duration_seconds_count')).to.equal(1);
      const [line, ...more] = broken.lines;
      expect(more).to.deep.equal([]);
      expect(line).to.deep.include({ level: 50, status: 500, msg: 'the ruleset is on fire' });
      expect(line?.['stack']).to.be.an('array');
    });

    it('within the engine is a denial too, logged as an error', async () => {
      const broken = await startTestGate({ ruleset: () => ({ ...rulesetOf(), everywhere: undefined }) as never });
      const { json } = await send(broken, { body: ALLOWED });
      await broken.close();
      expect(json.response?.status?.code).to.equal(500);
      expect(broken.lines[0]).to.deep.include({ level: 50, verdict: 'errored', msg: 'review' });
      expect(
        await broken.metric('imagegate_reviews_total{verdict="errored",operation="CREATE",dry_run="false"}'),
      ).to.equal(1);
    });

    it('after the answer does not change it', async () => {
      const metrics = {
        ...createMetrics(),
        reviewed: () => {
          // A rule author may throw anything, and so may we.
          // oxlint-disable-next-line typescript/only-throw-error
          throw 'no more numbers';
        },
      };
      const broken = await startTestGate({ metrics });
      const { json } = await send(broken, { body: ALLOWED });
      await broken.close();
      expect(json.response?.allowed).to.equal(true);
      expect(broken.lines[0]).to.deep.include({ level: 50, msg: 'no more numbers' });
    });

    it('to refuse is left to Koa, which says no more than 500', async () => {
      const metrics = {
        ...createMetrics(),
        refused: () => {
          throw new Error('no more numbers');
        },
      };
      const broken = await startTestGate({ metrics });
      const { status, text } = await send(broken, { body: '[]' });
      await broken.close();
      expect({ status, text }).to.deep.equal({ status: 500, text: 'Internal Server Error' });
      expect(broken.lines.map(({ msg }) => msg)).to.deep.equal(['Connection error: no more numbers']);
    });
  });
});
