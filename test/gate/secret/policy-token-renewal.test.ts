import { expect } from 'chai';
import { pino } from 'pino';
import { allowed } from '../../../src/admission/response.ts';
import { loadCertificate } from '../../../src/gate/secret/certificate.ts';
import { startGate, type Gate } from '../../../src/gate/gate.ts';
import { createMetrics } from '../../../src/gate/telemetry/metrics.ts';
import { loadPolicyToken } from '../../../src/gate/secret/policy-token.ts';
import { admissionRequest, admissionReview } from '../../admission-request.ts';
import { makeCertificate } from '../../certificate.ts';
import { mountConfigMap } from '../../mounted-config-map.ts';
import { rulesetOf } from '../../ruleset.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { until } from '../../until.ts';
import { open, answerTo, send } from '../client.ts';
import type { LogLine } from '../test-gate.ts';

const [FIRST, SECOND] = ['a'.repeat(64), 'b'.repeat(64)] as const;
const body = JSON.stringify(admissionReview(admissionRequest()));
const ruleset = rulesetOf();

describe('the renewal of the policy token', () => {
  const folder = temporaryFolder();
  let ca: string;
  let pair: Readonly<Record<string, string>>;
  let gate: Gate;
  let lines: LogLine[];

  before(async () => {
    const { certificate, key } = await makeCertificate();
    ca = certificate;
    pair = { 'server.crt': certificate, 'server.key': key };
  });
  afterEach(async () => gate.close(AbortSignal.abort()));

  /** Swaps the mounted Secret, as a kubelet does. */
  const mount = async (token: string | undefined): Promise<void> =>
    mountConfigMap(folder.path, { ...pair, ...(token !== undefined && { 'policy-token': token }) });

  async function start(token: string | undefined): Promise<void> {
    await mount(token);
    lines = [];
    gate = await startGate({
      settings: { port: 0, opsPort: 0, certsDir: folder.path, serverName: 'localhost', logReviewsPerSecond: 100 },
      certificate: await loadCertificate({ dir: folder.path, serverName: 'localhost' }, new Date()),
      policyToken: await loadPolicyToken(folder.path),
      rulesets: { current: () => ruleset, problem: () => undefined },
      judgePolicy: async ({ uid }) => allowed(uid),
      metrics: createMetrics(),
      log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line) as LogLine) }),
      draining: () => false,
      certificatePollMs: 10,
    });
  }

  const target = () => ({ port: gate.port, ca });
  const statusAt = async (token: string): Promise<number> =>
    (await send(target(), { path: `/validate-policy/${token}`, body })).status;
  const isTaken = (token: string) => async () => (await statusAt(token)) === 200;
  const isUnknown = (token: string) => async () => (await statusAt(token)) === 404;
  /** What was told of the token, among what was told of the requests. */
  const told = () => lines.filter(({ msg }) => /policy.token/i.test(String(msg)));

  it('follows ..data: the new one counts, and the one before no more', async () => {
    await start(FIRST);
    expect([await statusAt(FIRST), await statusAt(SECOND)]).to.deep.equal([200, 404]);
    await mount(SECOND);
    await until(isTaken(SECOND), 'the new token');
    expect(await statusAt(FIRST)).to.equal(404);
    expect(told().map(({ level, msg }) => [level, msg])).to.deep.equal([[30, 'Policy token reloaded.']]);
    expect(JSON.stringify(lines)).to.not.match(/a{64}|b{64}/);
  });

  it('begins without one, says so, and takes the first that comes', async () => {
    await start(undefined);
    expect(await statusAt(FIRST)).to.equal(404);
    expect(told()).to.have.length(1);
    expect(told()[0]).to.include({
      level: 40,
      msg: 'No policy-token in CERTS_DIR: an invalid policy is not rejected when it is applied. Run certificates.sh, apply the Secret and the webhook.',
    });
    await mount(FIRST);
    await until(isTaken(FIRST), 'the token');
  });

  it('closes the path when the file is gone, and says so once', async () => {
    await start(FIRST);
    await mount(undefined);
    await until(isUnknown(FIRST), 'the path to be closed');
    await mount(SECOND);
    await until(isTaken(SECOND), 'the next token');
    expect(told().map(({ level }) => level)).to.deep.equal([40, 30]);
  });

  it('keeps the token when the new one is malformed, tells it once, and takes the next', async () => {
    await start(FIRST);
    const bad = SECOND.toUpperCase();
    await mount(bad);
    await until(() => told().length > 0, 'the bad token to be told');
    expect([await statusAt(FIRST), await statusAt(bad)]).to.deep.equal([200, 404]);
    await mount(SECOND);
    await until(isTaken(SECOND), 'the next token');
    expect(told().map(({ level, msg }) => [level, msg])).to.deep.equal([
      [50, 'New policy token rejected; the previous one stays active.'],
      [30, 'Policy token reloaded.'],
    ]);
    expect(JSON.stringify(told()[0])).to.include('[policy-token-invalid]').and.not.include(bad);
  });

  it('in the middle of a request does not make another kind of review of it', async () => {
    await start(FIRST);
    const outgoing = open(target(), {
      path: `/validate-policy/${FIRST}`,
      headers: { 'content-length': String(body.length), expect: '100-continue' },
    });
    const answer = answerTo(outgoing);
    const goOn = new Promise((resolve) => outgoing.once('continue', resolve));
    outgoing.flushHeaders();
    await goOn;
    await mount(SECOND);
    await until(isTaken(SECOND), 'the new token');
    outgoing.end(body);
    expect((await answer).json.response).to.deep.include({ allowed: true });
    await until(() => lines.some(({ msg }) => msg === 'policy review'), 'the line of the review');
    // An admission review would have denied what is no Pod that can be read.
    expect(lines.filter(({ msg }) => msg === 'review')).to.deep.equal([]);
  });
});
