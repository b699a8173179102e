import { expect } from 'chai';
import { requestContext } from '../../src/admission/request-context.ts';
import { UnreadableWorkloadError } from '../../src/workload/json-object.ts';
import { admissionRequest } from '../admission-request.ts';

describe('requestContext', () => {
  it('holds what a rule may know, frozen', () => {
    const metadata = { labels: { app: 'x' }, annotations: { note: 'y' } };
    const context = requestContext(
      admissionRequest({
        kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
        object: { metadata },
        operation: 'UPDATE',
      }),
    );
    expect(context).to.deep.equal({
      operation: 'UPDATE',
      namespace: 'default',
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
      expect(() => requestContext(request)).to.throw(
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
      expect(requestContext({ uid, kind, operation, object })).to.deep.equal({
        operation: 'CREATE',
        namespace: undefined,
        userInfo: { username: '', groups: [] },
        workload: { apiVersion: 'v1', kind: 'Pod', name: '', labels: {}, annotations: {} },
      });
    }
    expect(requestContext(admissionRequest({ namespace: '' })).namespace).to.equal(undefined);
  });
});
