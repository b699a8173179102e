import { createHash } from 'node:crypto';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { Context } from 'koa';
import { pino } from 'pino';
import { allowed, policyDenied, type AdmissionResponse } from '../../../src/admission/response.ts';
import { admissionRequest, admissionReview } from '../../admission-request.ts';
import { createPolicyRoute } from '../../../src/gate/request/policy-route.ts';
import type { PolicyToken } from '../../../src/gate/secret/policy-token.ts';
import { send, type JsonAnswer } from '../client.ts';
import { startTestGate, type TestGate } from '../test-gate.ts';

const REQUEST = admissionRequest({ kind: { group: '', version: 'v1', kind: 'ConfigMap' } });
const TOKEN = 'c'.repeat(64);
const PATH = `/validate-policy/${TOKEN}`;
const POLICY_TOKEN: PolicyToken = { hashes: [createHash('sha256').update(TOKEN).digest()] };
const body = JSON.stringify(admissionReview(REQUEST));

describe('createPolicyRoute', () => {
  let gate: TestGate;
  afterEach(async () => {
    await gate.close();
  });
  const answered = async (
    judgePolicy: () => Promise<AdmissionResponse>,
    query = '',
  ): Promise<JsonAnswer['response'] | undefined> => {
    gate = await startTestGate({ judgePolicy, policyToken: () => POLICY_TOKEN });
    const { status, json } = await send(gate, { path: `${PATH}${query}`, body });
    expect(status).to.equal(200);
    return json.response;
  };

  it('answers with the judgement', async () => {
    expect((await answered(async () => policyDenied(REQUEST.uid, ['x'])))?.allowed).to.equal(false);
    await gate.close();
    expect(await answered(async () => allowed(REQUEST.uid), '?timeout=15s')).to.deep.equal({
      uid: REQUEST.uid,
      allowed: true,
    });
  });

  it('denies what cannot be judged', async () => {
    const response = await answered(async () => Promise.reject(new Error('x')));
    expect([response?.allowed, response?.status?.code]).to.deep.equal([false, 500]);
  });

  it('denies what is not judged in the time that the API server names, as one that waits for another', async () => {
    const response = await answered(async () => new Promise(() => {}), '?timeout=1.2s');
    expect(response?.allowed).to.equal(false);
    expect(response?.status?.message).to.match(/^The gate could not judge this ConfigMap in time, so it is denied/);
  });

  it('bears a judgement that fails after that', async () => {
    let fail: (error: Error) => void = () => {};
    const judgement = new Promise<AdmissionResponse>((_resolve, reject) => (fail = reject));
    expect((await answered(async () => judgement, '?timeout=1s'))?.allowed).to.equal(false);
    fail(new Error('x'));
    expect((await send(gate, { path: PATH, body })).status).to.equal(200);
  });
});

describe('the time that a judgement of a ConfigMap may take', () => {
  let now: number;
  beforeEach(() => {
    now = 50_000;
    mock.method(performance, 'now', () => now);
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
  });

  const tick = async (ms: number): Promise<void> => {
    now += ms;
    mock.timers.tick(ms);
    await turn();
  };

  /** The answers to one that came 100 ms ago, as they are given. */
  const ask = (search: string, judgement: Promise<AdmissionResponse>): readonly AdmissionResponse[] => {
    const answers: AdmissionResponse[] = [];
    const route = createPolicyRoute({
      judgePolicy: async () => judgement,
      sendJson: (_ctx, _status, json) =>
        void answers.push((JSON.parse(json) as { readonly response: AdmissionResponse }).response),
      log: pino({ level: 'silent' }),
    });
    const state = { isPolicyReview: true, arrivedAt: now - 100, search };
    void route({ state, request: { body: admissionReview(REQUEST) } } as unknown as Context, async () => {});
    return answers;
  };

  // No answer would be taken for a yes: that entry of the webhook fails open.
  for (const [search, lastAt] of [
    ['?timeout=5s', 4000],
    ['?timeout=1200ms', 200],
    ['?timeout=30s', 13_000],
    ['?timeout=1.2345s', 13_000],
    ['?timeout=1.2345ms', 13_000],
    ['?timeout=5m', 13_000],
    ['?timeout=x5s', 13_000],
    ['', 13_000],
  ] as const) {
    it(`is ${lastAt} ms from its arrival, and then it is denied, with ${search || 'no timeout'}`, async () => {
      const answers = ask(search, new Promise(() => {}));
      await tick(lastAt - 101);
      expect(answers).to.deep.equal([]);
      await tick(1);
      expect(answers.map(({ allowed: isAllowed }) => isAllowed)).to.deep.equal([false]);
    });
  }

  it('is kept by one that comes a moment before', async () => {
    let judge: (response: AdmissionResponse) => void = () => {};
    const answers = ask('?timeout=5s', new Promise((resolve) => (judge = resolve)));
    await tick(3899);
    judge(allowed(REQUEST.uid));
    await turn();
    expect(answers.map(({ allowed: isAllowed }) => isAllowed)).to.deep.equal([true]);
  });
});
