import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { KnownClients } from '../../../src/gate/secret/client-check.ts';
import { loadClientSecrets, type ClientSecrets } from '../../../src/gate/secret/client-secrets.ts';
import { admissionRequest, admissionReview } from '../../admission-request.ts';
import { makeCertificate } from '../../certificate.ts';
import { until } from '../../until.ts';
import { openTls, readToEnd, send } from '../client.ts';
import { startTestGate, type TestGate } from '../test-gate.ts';

const TOKEN = 'a'.repeat(32);
const NEXT = 'b'.repeat(32);
const body = JSON.stringify(admissionReview(admissionRequest()));
const past = new Date('2020-01-01T00:00:00Z');

const ca = await makeCertificate({ commonName: 'the CA' });
const certificates = {
  'a certificate of the CA': await makeCertificate({ issuer: ca, commonName: 'api', usage: 'clientAuth' }),
  'one of another name': await makeCertificate({ issuer: ca, commonName: 'kubelet' }),
  'one of two names': await makeCertificate({ issuer: ca, commonName: ['api', 'kubelet'] }),
  'one that has expired': await makeCertificate({ issuer: ca, commonName: 'api', notBefore: past, notAfter: past }),
  'one for servers': await makeCertificate({ issuer: ca, commonName: 'api', usage: 'serverAuth' }),
  'one of another CA': await makeCertificate({
    issuer: await makeCertificate({ commonName: 'the CA' }),
    commonName: 'api',
  }),
  'one that it signed itself': await makeCertificate({ commonName: 'api' }),
};
type Certificate = keyof typeof certificates;

describe('a client that has to be known', () => {
  const gates: TestGate[] = [];
  let folder: string;
  let secrets: Readonly<Record<'CA' | 'token' | 'either', ClientSecrets>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-'));
    const [caFile, tokenFile] = [join(folder, 'ca'), join(folder, 'token')];
    await writeFile(caFile, ca.certificate);
    await writeFile(tokenFile, `${TOKEN}\n${NEXT}\n`);
    secrets = {
      CA: await loadClientSecrets({ caFile, tokenFile: undefined }),
      token: await loadClientSecrets({ caFile: undefined, tokenFile }),
      either: await loadClientSecrets({ caFile, tokenFile }),
    };
  });
  after(async () => rm(folder, { recursive: true }));
  afterEach(async () => {
    await Promise.all(gates.splice(0).map(async ({ server }) => server.close(AbortSignal.abort())));
  });

  const start = async (by: keyof typeof secrets, settings: KnownClients['settings']): Promise<TestGate> => {
    const gate = await startTestGate({ clients: { settings, secrets: () => secrets[by] } });
    gates.push(gate);
    return gate;
  };
  const required = { identity: 'require', names: undefined } as const;
  const named = { identity: 'require', names: new Set(['other', 'api']) } as const;
  const ask = async (gate: TestGate, certificate?: Certificate, authorization?: string) =>
    send({ ...gate, identity: certificate && certificates[certificate] }, { body, headers: { authorization } });

  for (const [by, certificate, authorization, problem, settings = required] of [
    ['CA', 'a certificate of the CA', undefined, undefined],
    ['CA', 'one of another name', undefined, undefined],
    ['CA', 'one of two names', undefined, undefined],
    ['CA', 'a certificate of the CA', undefined, undefined, named],
    ['CA', 'one of another name', undefined, 'a client certificate of another name', named],
    ['CA', 'one of two names', undefined, 'a client certificate of another name', named],
    ['CA', undefined, undefined, 'no client certificate'],
    ['CA', undefined, `Bearer ${TOKEN}`, 'no client certificate'],
    ['CA', 'one that has expired', undefined, 'a client certificate that is not valid (CERT_HAS_EXPIRED)'],
    ['CA', 'one for servers', undefined, 'a client certificate that is not valid (INVALID_PURPOSE)'],
    ['CA', 'one of another CA', undefined, 'a client certificate that is not valid (CERT_SIGNATURE_FAILURE)'],
    [
      'CA',
      'one that it signed itself',
      undefined,
      'a client certificate that is not valid (DEPTH_ZERO_SELF_SIGNED_CERT)',
    ],
    ['token', undefined, `Bearer ${TOKEN}`, undefined],
    ['token', undefined, `bearer  ${NEXT}`, undefined],
    ['token', undefined, undefined, 'no bearer token'],
    ['token', 'a certificate of the CA', undefined, 'no bearer token'],
    ['token', undefined, TOKEN, 'no bearer token'],
    ['token', undefined, `Basic ${TOKEN}`, 'no bearer token'],
    ['token', undefined, `Bearer ${TOKEN.slice(1)}`, 'another bearer token'],
    ['token', undefined, `Bearer ${TOKEN}\t`, undefined], // HTTP itself takes blanks at the end away
    ['token', undefined, `Bearer ${TOKEN} ${TOKEN}`, 'another bearer token'],
    ['token', undefined, 'Bearer ', 'no bearer token'],
    ['either', 'a certificate of the CA', 'Bearer x', undefined],
    ['either', 'one of another CA', `Bearer ${TOKEN}`, undefined],
    ['either', undefined, undefined, 'no client certificate, and no bearer token'],
    ['either', undefined, 'Bearer x', 'no client certificate, and another bearer token'],
  ] as const) {
    const what = `by ${by}, ${settings === named ? 'of some names, ' : ''}with ${certificate ?? 'no certificate'}, ${authorization ?? 'no token'}`;
    it(`${problem === undefined ? 'is' : 'is not'}: ${what}`, async () => {
      const gate = await start(by, settings);
      const { status, json, headers } = await ask(gate, certificate, authorization);
      if (problem === undefined) expect(json.response).to.have.property('allowed');
      else {
        expect(status).to.equal(401);
        expect(json).to.deep.equal({
          code: 'client-unknown',
          message: `Only the API server may ask: there is ${problem}.`,
        });
        expect(headers.connection).to.equal('close');
      }
      expect(await gate.metric('imagegate_client_identity_total{identity="present"}')).to.equal(problem ? 0 : 1);
      expect(await gate.metric('imagegate_client_identity_total{identity="absent"}')).to.equal(problem ? 1 : 0);
    });
  }

  it('is asked before anything else, and before its body', async () => {
    const gate = await start('token', required);
    for (const sent of [{ path: '/other', body }, { method: 'GET' }, { body: 'x' }, { path: '/validate-policy/x' }]) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await send(gate, sent)).json.code, JSON.stringify(sent)).to.equal('client-unknown');
    }
    const socket = await openTls(gate);
    socket.write('POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.include('client-unknown');
    socket.destroy();
  });

  it('is only counted and logged under observe, a few lines and then their number', async () => {
    const gate = await start('either', { identity: 'observe', names: undefined });
    for (let count = 0; count < 8; count += 1) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(gate)).json.response).to.have.property('allowed');
    }
    expect(await gate.metric('imagegate_client_identity_total{identity="absent"}')).to.equal(8);
    const lines = () => gate.lines.filter(({ level }) => level === 40);
    await until(() => lines().length === 6, 'the number of those left out');
    expect(lines()[0]).to.deep.include({
      msg: 'Under CLIENT_IDENTITY=require this is refused. Only the API server may ask: there is no client certificate, and no bearer token.',
    });
    expect(String(lines()[0]?.['address'])).to.match(/^(?:::ffff:)?127\.0\.0\.1$|^::1$/);
    expect(lines()[5]).to.deep.include({
      suppressed: 3,
      msg: 'More requests came from clients that are not known; imagegate_client_identity_total has all.',
    });
  });

  /** Connects twice, the second time with the session of the first; resolves with both answers. */
  const resumed = async (gate: TestGate, certificate?: Certificate): Promise<readonly string[]> => {
    const identity = certificate && certificates[certificate];
    const answers: string[] = [];
    let session: Buffer | undefined;
    for (const isResumed of [false, true]) {
      const socket: TLSSocket = connect({
        host: 'localhost',
        port: gate.port,
        ca: gate.ca,
        ...(session && { session }),
        ...(identity && { cert: identity.certificate, key: identity.key }),
      });
      socket.on('session', (next: Buffer) => (session = next));
      // oxlint-disable-next-line no-await-in-loop
      await once(socket, 'secureConnect');
      expect(socket.isSessionReused()).to.equal(isResumed);
      socket.write('GET /validate HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      // oxlint-disable-next-line no-await-in-loop
      answers.push(/"code":"([\w-]+)"/.exec(await readToEnd(socket))?.[1] ?? '');
    }
    return answers;
  };

  it('is not known by a session that it resumes', async () => {
    const gate = await start('CA', required);
    expect(await resumed(gate)).to.deep.equal(['client-unknown', 'client-unknown']);
    expect(await resumed(gate, 'one of another CA')).to.deep.equal(['client-unknown', 'client-unknown']);
    expect(await resumed(gate, 'a certificate of the CA')).to.deep.equal(['method-not-allowed', 'method-not-allowed']);
  });
});
