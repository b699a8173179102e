import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { allowed } from '../../../src/admission/response.ts';
import { loadCertificate } from '../../../src/gate/secret/certificate.ts';
import { loadClientSecrets } from '../../../src/gate/secret/client-secrets.ts';
import { startGate, type Gate } from '../../../src/gate/gate.ts';
import { createMetrics } from '../../../src/gate/telemetry/metrics.ts';
import { admissionRequest, admissionReview } from '../../admission-request.ts';
import { makeCertificate, type TestCertificate } from '../../certificate.ts';
import { mountConfigMap } from '../../mounted-config-map.ts';
import { rulesetOf } from '../../ruleset.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { until } from '../../until.ts';
import { send } from '../client.ts';
import type { LogLine } from '../test-gate.ts';

const [FIRST, SECOND] = ['a'.repeat(32), 'b'.repeat(32)] as const;
const body = JSON.stringify(admissionReview(admissionRequest()));
const server = await makeCertificate();
const pair = { 'server.crt': server.certificate, 'server.key': server.key };
const [oldCa, newCa] = [await makeCertificate({ commonName: 'old' }), await makeCertificate({ commonName: 'new' })];
const [oldClient, newClient] = [
  await makeCertificate({ issuer: oldCa, commonName: 'api' }),
  await makeCertificate({ issuer: newCa, commonName: 'api' }),
];

describe('the renewal of what the API server is known by', () => {
  const folder = temporaryFolder();
  let gate: Gate;
  let lines: LogLine[];

  const mount = async (files: { readonly ca: string; readonly token: string }): Promise<void> =>
    mountConfigMap(folder.path, { ...pair, ...files });
  const first = { ca: oldCa.certificate, token: FIRST };

  beforeEach(async () => {
    await mount(first);
    lines = [];
    const files = { caFile: join(folder.path, 'ca'), tokenFile: join(folder.path, 'token') };
    gate = await startGate({
      settings: {
        port: 0,
        opsPort: 0,
        certsDir: folder.path,
        serverName: 'localhost',
        logReviewsPerSecond: 100,
        client: { ...files, identity: 'require', names: undefined },
      },
      certificate: await loadCertificate({ dir: folder.path, serverName: 'localhost' }, new Date()),
      policyToken: undefined,
      clientSecrets: await loadClientSecrets(files),
      rulesets: { current: () => rulesetOf(), problem: () => undefined },
      judgePolicy: async ({ uid }) => allowed(uid),
      metrics: createMetrics(),
      log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line) as LogLine) }),
      draining: () => false,
      certificatePollMs: 10,
    });
  });
  afterEach(async () => gate.close(AbortSignal.abort()));

  const isKnownBy = async (sent: {
    readonly identity?: TestCertificate;
    readonly token?: string;
  }): Promise<boolean> => {
    const target = { port: gate.port, ca: server.certificate, identity: sent.identity };
    const authorization = sent.token && `Bearer ${sent.token}`;
    return (await send(target, { body, headers: { authorization } })).status === 200;
  };
  const all = async (): Promise<readonly boolean[]> =>
    Promise.all(
      [{ identity: oldClient }, { identity: newClient }, { token: FIRST }, { token: SECOND }].map((sent) =>
        isKnownBy(sent),
      ),
    );
  /** What was told of it, among what was told of the requests. */
  const told = () =>
    lines.filter(({ msg }) => /CLIENT_CA_FILE/.test(String(msg))).map(({ level, msg }) => [level, msg]);
  const RELOADED = [30, 'CLIENT_CA_FILE and CLIENT_TOKEN_FILE reloaded.'];
  const REJECTED = [50, 'New CLIENT_CA_FILE or CLIENT_TOKEN_FILE rejected; the previous ones stay active.'];

  it('takes other CAs and tokens, first both beside the old, then alone', async () => {
    expect(await all()).to.deep.equal([true, false, true, false]);
    await mount({ ca: oldCa.certificate + newCa.certificate, token: `${FIRST}\n${SECOND}\n` });
    await until(async () => (await all()).every(Boolean), 'both');
    await mount({ ca: newCa.certificate, token: SECOND });
    await until(async () => !(await isKnownBy({ token: FIRST })), 'the old token to be none');
    expect(await all()).to.deep.equal([false, true, false, true]);
    expect(told()).to.deep.equal([RELOADED, RELOADED]);
    expect(JSON.stringify(lines)).to.not.match(/a{32}|b{32}/);
  });

  it('keeps what it had when a file cannot be used, tells it once, and takes the next', async () => {
    await mount({ ca: 'x', token: SECOND });
    await until(() => told().length > 0, 'the bad file to be told');
    expect(await all()).to.deep.equal([true, false, true, false]);
    await mount({ ca: newCa.certificate, token: SECOND });
    await until(async () => isKnownBy({ token: SECOND }), 'the next');
    expect(await all()).to.deep.equal([false, true, false, true]);
    expect(told()).to.deep.equal([REJECTED, RELOADED]);
  });

  it('goes on with the CAs when the certificate of the gate is renewed', async () => {
    const next = await makeCertificate();
    await mountConfigMap(folder.path, { ...first, 'server.crt': next.certificate, 'server.key': next.key });
    const answer = async () =>
      send({ port: gate.port, ca: next.certificate, identity: oldClient }, { body }).catch(() => undefined);
    expect((await until(answer, 'the new certificate')).status).to.equal(200);
    const stranger = { port: gate.port, ca: next.certificate, identity: newClient };
    expect((await send(stranger, { body })).status).to.equal(401);
  });
});
