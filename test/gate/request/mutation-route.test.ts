import { expect } from 'chai';
import type { Ruleset } from '../../../src/engine/ruleset.ts';
import { MAX_LOGGED_IMAGES } from '../../../src/gate/telemetry/mutation-log.ts';
import { admissionRequest, admissionReview, podCreate } from '../../admission-request.ts';
import { operationsOf } from '../../json-patch.ts';
import { rewritingPolicy } from '../../mutate-now.ts';
import { settingsOf } from '../../ruleset.ts';
import { send, type Answered } from '../client.ts';
import { startTestGate, type TestGate } from '../test-gate.ts';

const RULESET = rewritingPolicy(undefined, {
  profiles: new Map([['lab', settingsOf({ 'registry-mirror': { action: 'off' } })]]),
});
const HUB = 'mirror.example.com/hub/library/nginx:1';
const REQUEST = podCreate({ web: 'nginx:1', other: 'gcr.io/x:1' });
const BODY = JSON.stringify(admissionReview(REQUEST));

describe('the mutating webhook', () => {
  let ruleset: Ruleset;
  let gate: TestGate;
  beforeEach(async () => {
    ruleset = RULESET;
    gate = await startTestGate({ ruleset: () => ruleset });
  });
  afterEach(async () => {
    await gate.close();
  });

  const ask = async (path = '/mutate', body = BODY): Promise<Answered> => send(gate, { path, body });
  const lineOf = (msg: string) => gate.lines.find((line) => line['msg'] === msg);

  for (const path of ['/mutate', '/mutate?timeout=5s', '/mutate/prod']) {
    it(`answers at ${path} with a patch, in the version that was asked in`, async () => {
      const { status, json } = await ask(path, BODY.replace('k8s.io/v1', 'k8s.io/v1beta1'));
      expect(status).to.equal(200);
      expect(json).to.deep.include({ apiVersion: 'admission.k8s.io/v1beta1', kind: 'AdmissionReview' });
      expect(json.response).to.deep.include({ uid: REQUEST.uid, allowed: true, patchType: 'JSONPatch' });
      expect(operationsOf(json.response!)[0]).to.deep.equal({
        op: 'replace',
        path: '/spec/containers/0/image',
        value: HUB,
      });
    });
  }

  it('answers by the profile of the path, without a patch where there is nothing to rewrite', async () => {
    expect((await ask('/mutate/lab')).json.response).to.deep.equal({ uid: REQUEST.uid, allowed: true });
    expect(lineOf('mutation')).to.deep.include({ level: 20, verdict: 'allowed', profile: 'lab' });
  });

  it('leaves what was not rewritten to the validating webhook, which denies it', async () => {
    const { response } = (await ask('/validate')).json;
    expect(response).to.deep.include({ allowed: false });
    expect(response).not.to.have.property('patch');
  });

  it('logs and counts what was rewritten, and that it was a dry run', async () => {
    await ask();
    await ask('/mutate/prod', JSON.stringify(admissionReview({ ...REQUEST, dryRun: true })));
    const { time: _, ms, ...line } = lineOf('mutation')!;
    expect(ms).to.be.a('number');
    expect(line).to.deep.equal({
      level: 30,
      verdict: 'allowed',
      operation: 'CREATE',
      kind: 'Pod',
      namespace: 'default',
      name: 'x',
      rewritten: [{ field: 'spec.containers[0].image', from: 'nginx:1', to: HUB, rules: ['registry-mirror'] }],
      uid: REQUEST.uid,
      msg: 'mutation',
    });
    for (const dryRun of [false, true]) {
      const labels = `rule="registry-mirror",mapping="docker.io -> mirror.example.com/hub",dry_run="${dryRun}"`;
      // oxlint-disable-next-line no-await-in-loop -- two of them
      expect(await gate.metric(`imagegate_rewritten_images_total{${labels}}`)).to.equal(1);
      const patched = `outcome="patched",dry_run="${dryRun}"`;
      // oxlint-disable-next-line no-await-in-loop -- two of them
      expect(await gate.metric(`imagegate_mutations_total{${patched}}`)).to.equal(1);
    }
    expect(await gate.metric('imagegate_review_duration_seconds_count')).to.equal(0);
  });

  it('logs no more than a number of images', async () => {
    const many = podCreate(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`c${index}`, 'nginx:1'])));
    await ask('/mutate', JSON.stringify(admissionReview(many)));
    expect(lineOf('mutation')?.['rewritten']).to.have.lengthOf(MAX_LOGGED_IMAGES);
  });

  it('answers other kinds and unreadable objects without a patch', async () => {
    const kind = { group: 'apps', version: 'v1', kind: 'Deployment' };
    for (const request of [admissionRequest({ kind }), admissionRequest({ object: { spec: 'x' } })]) {
      // oxlint-disable-next-line no-await-in-loop -- two of them
      const { json } = await ask('/mutate', JSON.stringify(admissionReview(request)));
      expect(json.response).to.deep.equal({ uid: request.uid, allowed: true });
    }
    expect(await gate.metric('imagegate_mutations_total{outcome="unchanged",dry_run="false"}')).to.equal(2);
  });

  it('answers without a patch where it fails, and logs and counts that', async () => {
    ruleset = { ...RULESET, overrides: undefined } as unknown as Ruleset;
    expect((await ask()).json.response).to.deep.equal({ uid: REQUEST.uid, allowed: true });
    expect(lineOf('mutation')).to.deep.include({ level: 50, verdict: 'errored' });
    expect(lineOf('mutation')?.['error']).to.match(/undefined/);
    expect(await gate.metric('imagegate_mutations_total{outcome="errored",dry_run="false"}')).to.equal(1);
  });

  it('answers without a patch where even the ruleset cannot be had', async () => {
    const broken = await startTestGate({
      ruleset: () => {
        throw new Error('none');
      },
    });
    const { json } = await send(broken, { path: '/mutate', body: BODY });
    expect(json.response).to.deep.equal({ uid: REQUEST.uid, allowed: true });
    expect(await broken.metric('imagegate_mutations_total{outcome="errored",dry_run="false"}')).to.equal(1);
    expect(broken.lines.find(({ level }) => level === 50)).to.deep.include({ status: 500, msg: 'none' });
    await broken.close();
  });

  for (const [what, sent, status, code] of [
    ['no JSON', { body: 'x' }, 400, 'json-invalid'],
    ['no review', { body: '{}' }, 400, 'review-invalid'],
    ['no body', { body: '' }, 400, 'body-empty'],
    ['another method', { method: 'GET' }, 405, 'method-not-allowed'],
    ['another type', { body: BODY, headers: { 'content-type': 'text/plain' } }, 415, 'content-type-unsupported'],
    ['no profile after the slash', { path: '/mutate/', body: BODY }, 404, 'path-unknown'],
    ['a path below a profile', { path: '/mutate/a/b', body: BODY }, 404, 'path-unknown'],
  ] as const) {
    it(`refuses ${what}, as /validate does`, async () => {
      const answer = await send(gate, { path: '/mutate', ...sent });
      expect([answer.status, answer.json.code]).to.deep.equal([status, code]);
    });
  }

  it('refuses a body that is too large, as /validate does', async () => {
    const headers = { 'content-length': String(32 * 1024 * 1024 + 1) };
    const { status } = await send(gate, { path: '/mutate', headers, body: ['x'] });
    expect(status).to.equal(413);
  });

  it('has lines of its own in the log, as many as reviews', async () => {
    const few = await startTestGate({ ruleset: () => RULESET, logReviewsPerSecond: 0.1 });
    for (let count = 0; count < 8; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await send(few, { path: count % 2 === 0 ? '/mutate' : '/validate', body: BODY });
    }
    const logged = (msg: string) => few.lines.filter((line) => line['msg'] === msg);
    expect([logged('mutation').length, logged('review').length]).to.deep.equal([3, 3]);
    await few.close();
  });
});
