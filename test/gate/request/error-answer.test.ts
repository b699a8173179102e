import { expect } from 'chai';
import type { Context } from 'koa';
import { pino } from 'pino';
import { createErrorAnswer } from '../../../src/gate/request/error-answer.ts';
import { ClientGoneError } from '../../../src/gate/request/refusal.ts';
import { createMetrics } from '../../../src/gate/telemetry/metrics.ts';
import { admissionReview, podCreate } from '../../admission-request.ts';
import { metricValue } from '../test-gate.ts';

describe('createErrorAnswer', () => {
  it('says of a client that is gone that it is, and answers nobody', async () => {
    const lines: string[] = [];
    const fail = (): never => expect.fail('there was an answer');
    const answerErrors = createErrorAnswer({
      sendJson: fail,
      log: pino({ base: null, level: 'debug', timestamp: false }, { write: (line: string) => lines.push(line) }),
      metrics: createMetrics(),
      logRefusal: fail,
    });
    await answerErrors({ state: {} } as Context, async () => Promise.reject(new ClientGoneError()));
    expect(lines).to.deep.equal([
      '{"level":20,"msg":"Client closed the connection before its request was complete."}\n',
    ]);
  });

  it('answers what was thrown before there was a review with 500, and keeps the reason to the log', async () => {
    const lines: string[] = [];
    const answers: unknown[] = [];
    const metrics = createMetrics();
    const answerErrors = createErrorAnswer({
      sendJson: (_ctx, status, json) => answers.push({ status, ...(JSON.parse(json) as object) }),
      log: pino({ base: null }, { write: (line: string) => lines.push(line) }),
      metrics,
      logRefusal: () => {},
    });
    await answerErrors({ state: {} } as Context, () => {
      throw Object.assign(new Error('the body\ncannot be read'), { body: 'hunter2' });
    });
    expect(answers).to.deep.equal([
      {
        status: 500,
        code: 'internal-error',
        message: 'ImageGate failed to read this request. Its administrator finds more in its log.',
      },
    ]);
    expect(metricValue(await metrics.registry.metrics(), 'imagegate_bad_requests_total{status="500"}')).to.equal(1);
    const line = JSON.parse(lines[0]!) as { msg: string; stack: string[] };
    expect(line).to.deep.include({ level: 50, status: 500, msg: String.raw`the body\u{A}cannot be read` });
    expect(line.stack[0]).to.match(/^at /);
    expect(lines.join('')).not.to.contain('hunter2');
  });

  it('answers what is thrown at the mutating webhook with no patch, and counts it apart', async () => {
    const answers: unknown[] = [];
    const metrics = createMetrics();
    const answerErrors = createErrorAnswer({
      sendJson: (_ctx, status, json) => answers.push([status, JSON.parse(json)]),
      log: pino({ level: 'silent' }),
      metrics,
      logRefusal: () => {},
    });
    const review = admissionReview(podCreate({ a: 'nginx' }));
    await answerErrors({ state: { review, isMutation: true }, res: {} } as unknown as Context, () => {
      throw new Error('out of order');
    });
    const response = { uid: review.request.uid, allowed: true };
    expect(answers).to.deep.equal([[200, { apiVersion: review.apiVersion, kind: 'AdmissionReview', response }]]);
    const text = await metrics.registry.metrics();
    expect(metricValue(text, 'imagegate_mutations_total{outcome="errored",dry_run="false"}')).to.equal(1);
    expect(metricValue(text, 'imagegate_review_duration_seconds_count')).to.equal(0);
  });
});
