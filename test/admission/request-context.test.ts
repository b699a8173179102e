import { expect } from 'chai';
import { requestContext } from '../../src/admission/request-context.ts';
import { UnreadableWorkloadError } from '../../src/workload/json-object.ts';
import { admissionRequest } from '../admission-request.ts';

const NOW = Date.parse('2026-11-29T06:50:59.999Z');

describe('requestContext', () => {
  it('holds what a rule may know, frozen', () => {
    const metadata = { labels: { app: 'x' }, annotations: { note: 'y' } };
    const context = requestContext(
      admissionRequest({
        kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
        object: { metadata },
        operation: 'UPDATE',
      }),
      NOW,
      'lab',
    );
    expect(context).to.deep.equal({
      operation: 'UPDATE',
      now: '2026-11-29T06:50:00.000Z',
      namespace: 'default',
      profile: 'lab',
      userInfo: { username: 'jane', groups: ['system:authenticated'] },
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', ...metadata },
    });
    const { userInfo, workload } = context;
    for (const part of [context, userInfo, userInfo.groups, workload, workload.labels, workload.annotations]) {
      expect(part).to.be.frozen;
    }
  });

  for (const field of ['labels', 'annotations'] as const) {
    it(`refuses ${field} that are not texts: to cross to a worker they must be flat`, () => {
      const request = admissionRequest({ object: { metadata: { [field]: { a: 'x', b: [[]] } } } });
      expect(() => requestContext(request, NOW)).to.throw(
        UnreadableWorkloadError,
        `object.metadata.${field} must hold strings, found a list`,
      );
    });
  }

  it('does without what is not there, or is strange', () => {
    for (const object of [
      undefined,
      null,
      'x',
      {},
      { metadata: 'x' },
      { metadata: { labels: [], annotations: null } },
    ]) {
      const { uid, kind, operation } = admissionRequest();
      expect(requestContext({ uid, kind, operation, object }, NOW)).to.deep.equal({
        operation: 'CREATE',
        now: '2026-11-29T06:50:00.000Z',
        namespace: undefined,
        profile: undefined,
        userInfo: { username: '', groups: [] },
        workload: { apiVersion: 'v1', kind: 'Pod', name: '', labels: {}, annotations: {} },
      });
    }
    expect(requestContext(admissionRequest({ namespace: '' }), NOW).namespace).to.equal(undefined);
  });

  it('tells the time to the minute, whatever it told before', () => {
    for (const [now, told] of [
      ['2026-11-29T06:50:00.000Z', '2026-11-29T06:50:00.000Z'],
      ['2026-11-29T06:50:59.999Z', '2026-11-29T06:50:00.000Z'],
      ['2026-11-29T06:51:00.000Z', '2026-11-29T06:51:00.000Z'],
      ['2026-11-29T06:50:30.000Z', '2026-11-29T06:50:00.000Z'],
      ['1970-01-01T00:00:00.001Z', '1970-01-01T00:00:00.000Z'],
    ] as const) {
      expect(requestContext(admissionRequest(), Date.parse(now)).now).to.equal(told);
    }
  });
});
