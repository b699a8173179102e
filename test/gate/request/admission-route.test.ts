import { expect } from 'chai';
import type { Context } from 'koa';
import { createAdmissionRoute } from '../../../src/gate/request/admission-route.ts';
import { ClientGoneError } from '../../../src/gate/request/refusal.ts';
import { Turns } from '../../../src/gate/request/turns.ts';
import { createMetrics } from '../../../src/gate/telemetry/metrics.ts';
import { admissionReview, podCreate } from '../../admission-request.ts';
import { fakeCustomRules } from '../../custom-rules.ts';
import { rulesetUnder } from '../../ruleset.ts';

describe('createAdmissionRoute', () => {
  it('judges no further once the client has gone away, and answers nothing', async () => {
    const custom = fakeCustomRules(['slow'], undefined, 1_000_000);
    const sent: unknown[] = [];
    const route = createAdmissionRoute({
      ruleset: () => rulesetUnder({}, custom),
      sendJson: (...parts) => void sent.push(parts),
      logReview: (...parts) => void sent.push(parts),
      metrics: createMetrics(),
      turns: new Turns(),
    });
    const body = admissionReview(podCreate({ a: 'docker.io/a:1', b: 'docker.io/b:1', c: 'docker.io/c:1' }));
    const ctx = { state: {}, request: { body }, req: { socket: { destroyed: true } } } as unknown as Context;
    const failure = await route(ctx).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(ClientGoneError);
    expect(custom.asked).to.have.lengthOf(1);
    expect(sent).to.deep.equal([]);
  });

  it('tells the log of milliseconds since the head of the request, and the metrics of seconds', async () => {
    const told: number[] = [];
    const route = createAdmissionRoute({
      ruleset: () => rulesetUnder({}),
      sendJson: () => {},
      logReview: (_address, _request, _review, ms) => told.push(ms),
      metrics: { ...createMetrics(), reviewed: (_request, _review, seconds) => void told.push(seconds) },
      turns: new Turns(),
    });
    const state = { arrivedAt: performance.now() - 5000 };
    await route({
      state,
      request: { body: admissionReview(podCreate({ a: 'docker.io/a:1' })) },
      req: { socket: {} },
    } as Context);
    const [seconds = 0, ms = 0] = told;
    expect(ms).to.be.at.least(5000);
    expect(seconds).to.equal(ms / 1000);
  });

  it('judges by the profile of the path, and tells the log and the metrics whether it is known', async () => {
    const told: unknown[] = [];
    const route = createAdmissionRoute({
      ruleset: () => rulesetUnder({}),
      sendJson: () => {},
      logReview: (_address, _request, { unknownProfile }, _ms, profile) => told.push([profile, unknownProfile]),
      metrics: { ...createMetrics(), reviewed: (_request, { unknownProfile }) => void told.push(unknownProfile) },
      turns: new Turns(),
    });
    for (const state of [{ profile: 'lab' }, {}]) {
      const body = admissionReview(podCreate({ a: 'docker.io/a:1' }));
      // oxlint-disable-next-line no-await-in-loop -- two of them
      await route({ state, request: { body }, req: { socket: {} } } as Context);
    }
    expect(told).to.deep.equal([true, ['lab', true], undefined, [undefined, undefined]]);
  });
});
