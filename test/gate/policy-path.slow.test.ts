import { expect } from 'chai';
import { admissionRequest, admissionReview } from '../admission-request.ts';
import { startGateProcess, type Certs, type GateProcess } from '../gate-process.ts';
import { until } from '../until.ts';
import { send, type Answered } from './client.ts';

/** A review of one of the gate's own ConfigMaps, as the API server sends it. */
function reviewOf(name: string, data: Readonly<Record<string, string>>): string {
  const kind = { group: '', version: 'v1', kind: 'ConfigMap' };
  const object = { metadata: { name, namespace: 'imagegate' }, data };
  return JSON.stringify(admissionReview(admissionRequest({ kind, name, namespace: 'imagegate', object })));
}

describe('the path for reviews of the own ConfigMaps', () => {
  let certs: Certs;
  let gate: GateProcess;

  before(async () => {
    gate = await startGateProcess();
    ({ certs } = gate);
  });
  after(async () => gate.stop());

  const path = (token = certs.policyToken): string => `/validate-policy/${token}`;
  /** Rules are executed to judge them: this one then prints a line. */
  const ruleThatWrites = (): string =>
    reviewOf('imagegate-webhook-rules', {
      'x.mjs': "console.log('it runs'); throw new Error('done');",
    });
  /** What becomes of a rule that is sent there. ConfigMaps are judged one by one, so a second answer is the end of it. */
  const sendRule = async (to: string): Promise<{ readonly answered: Answered; readonly executed: boolean }> => {
    const answered = await send(gate, { path: to, body: ruleThatWrites() });
    await send(gate, { path: path(), body: reviewOf('imagegate-webhook-config', { BLOCKED_TAGS: 'dev' }) });
    return { answered, executed: gate.stdout().includes('it runs') };
  };

  const other = (token: string): string => token.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  const wrong: Readonly<Record<string, () => string>> = {
    'no token': () => '/validate-policy',
    'an empty one': () => path(''),
    'another one': () => path('f'.repeat(64)),
    'one that differs in the last digit': () => path(other(certs.policyToken)),
    'its beginning': () => path(certs.policyToken.slice(0, 63)),
    'more than it': () => path(`${certs.policyToken}0`),
    'a path below it': () => path(`${certs.policyToken}/`),
    'its capitals': () => path(certs.policyToken.toUpperCase()),
    'its digits as escapes': () =>
      path(certs.policyToken.replace(/^./, (digit) => `%${digit.charCodeAt(0).toString(16)}`)),
    'the token as a query': () => `/validate-policy?${certs.policyToken}`,
    'the token alone': () => `/${certs.policyToken}`,
  };

  for (const [what, to] of Object.entries(wrong)) {
    it(`is unknown with ${what}, and nothing of what is sent is executed`, async () => {
      const unknown = await send(gate, { path: '/nowhere', body: '{}' });
      const { answered, executed } = await sendRule(to());
      expect({ status: answered.status, executed }).to.deep.equal({ status: 404, executed: false });
      expect(answered.text, 'the answer of any unknown path').to.equal(unknown.text);
      expect(answered.json.code).to.equal('path-unknown');
    });
  }

  it('takes them with the token, and executes rules to judge them', async () => {
    const { answered } = await sendRule(`${path()}?timeout=15s`);
    expect(answered.status).to.equal(200);
    await until(() => gate.stdout().includes('it runs'), 'what the rule prints');
    expect(answered.json.response?.allowed).to.equal(false);
    const good = await send(gate, {
      path: path(),
      body: reviewOf('imagegate-webhook-config', { BLOCKED_TAGS: 'dev' }),
    });
    expect(good.json.response?.allowed).to.equal(true);
  });

  it('does not look at a body before it knows the token', async () => {
    const bodies = [ruleThatWrites(), '{', '', '[]'];
    const statuses = async (to: string): Promise<readonly number[]> =>
      Promise.all(bodies.map(async (body) => (await send(gate, { path: to, body })).status));
    expect(await statuses('/validate-policy')).to.deep.equal([404, 404, 404, 404]);
    expect(await statuses(path())).to.deep.equal([200, 400, 400, 400]);
  });

  it('refuses another method only with the token', async () => {
    expect((await send(gate, { method: 'GET', path: '/validate-policy' })).status).to.equal(404);
    expect((await send(gate, { method: 'GET', path: path('f'.repeat(64)) })).status).to.equal(404);
    expect((await send(gate, { method: 'GET', path: path() })).status).to.equal(405);
  });

  it('is neither in the log nor in the metrics, whoever asked how', async () => {
    const before = gate.lines().length;
    for (const [method, to, body] of [
      ['POST', path(), reviewOf('imagegate-webhook-config', { BLOCKED_TAGS: '' })],
      ['POST', path(), '{'],
      ['GET', path(), ''],
      ['POST', path(`${certs.policyToken}0`), '{}'],
      ['POST', `/validate/${certs.policyToken}`, '{}'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- their lines are counted below
      const { text } = await send(gate, { method, path: to, body });
      expect(text).not.to.include(certs.policyToken);
    }
    await until(() => gate.lines().length >= before + 5, 'a line for each');
    const metrics = await (await fetch(`http://127.0.0.1:${gate.opsPort}/metrics`)).text();
    expect(metrics).to.match(/^imagegate_bad_requests_total\{status="404"\} [1-9]/m);
    for (const text of [gate.stdout(), gate.stderr(), metrics]) expect(text).not.to.include(certs.policyToken);
  });
});
