import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { allowed, policyDenied, type AdmissionResponse } from '../../../src/admission/response.ts';
import { admissionRequest, admissionReview } from '../../admission-request.ts';
import type { PolicyToken } from '../../../src/gate/secret/policy-token.ts';
import { send, type JsonAnswer } from '../client.ts';
import { startTestGate, type TestGate } from '../test-gate.ts';

const REQUEST = admissionRequest({ kind: { group: '', version: 'v1', kind: 'ConfigMap' } });
const TOKEN = 'c'.repeat(64);
const PATH = `/validate-policy/${TOKEN}`;
const POLICY_TOKEN: PolicyToken = { hash: createHash('sha256').update(TOKEN).digest() };
const body = JSON.stringify(admissionReview(REQUEST));

describe('createPolicyRoute', () => {
  let gate: TestGate;
  afterEach(async () => {
    await gate.close();
  });
  const answered = async (
    judgement: Promise<AdmissionResponse>,
    query = '',
  ): Promise<JsonAnswer['response'] | undefined> => {
    gate = await startTestGate({ judgePolicy: async () => judgement, policyToken: () => POLICY_TOKEN });
    const { status, json } = await send(gate, { path: `${PATH}${query}`, body });
    expect(status).to.equal(200);
    return json.response;
  };

  it('answers with the judgement', async () => {
    expect((await answered(Promise.resolve(policyDenied(REQUEST.uid, ['x']))))?.allowed).to.equal(false);
    await gate.close();
    expect(await answered(Promise.resolve(allowed(REQUEST.uid)), '?timeout=15s')).to.deep.equal({
      uid: REQUEST.uid,
      allowed: true,
    });
  });

  it('denies what cannot be judged', async () => {
    const response = await answered(Promise.reject(new Error('x')));
    expect([response?.allowed, response?.status?.code]).to.deep.equal([false, 500]);
  });

  // No answer would be taken for a yes: that entry of the webhook fails open.
  it('denies what is not judged before the API server gives up, as one that waits for another', async () => {
    const response = await answered(new Promise(() => {}), '?timeout=1.2s');
    expect(response?.allowed).to.equal(false);
    expect(response?.status?.message).to.match(/^The gate could not judge this ConfigMap in time, so it is denied/);
  });

  it('bears a judgement that fails after that', async () => {
    let fail: (error: Error) => void = () => {};
    const judgement = new Promise<AdmissionResponse>((_resolve, reject) => (fail = reject));
    expect((await answered(judgement, '?timeout=1s'))?.allowed).to.equal(false);
    fail(new Error('x'));
    expect((await send(gate, { path: PATH, body })).status).to.equal(200);
  });
});
