import { expect } from 'chai';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { isMirrorPod } from '../../src/workload/mirror-pod.ts';
import { admissionRequest } from '../admission-request.ts';

const NODE = { username: 'system:node:node-1', groups: ['system:nodes', 'system:authenticated'] };
const MIRROR = { metadata: { annotations: { 'kubernetes.io/config.mirror': 'abc' } }, spec: { containers: [] } };

describe('isMirrorPod', () => {
  const cases: readonly (readonly [string, Partial<AdmissionRequest>, boolean])[] = [
    ['annotation and identity', {}, true],
    ['another kind', { kind: { group: 'apps', version: 'v1', kind: 'Deployment' } }, false],
    ['a Pod of another group', { kind: { group: 'example.com', version: 'v1', kind: 'Pod' } }, false],
    ['no annotation', { object: { metadata: { annotations: {} } } }, false],
    ['an inherited name', { object: { metadata: { annotations: { 'kubernetes.io/config.hash': 'abc' } } } }, false],
    ['no annotations', { object: { metadata: {} } }, false],
    ['annotations of a strange type', { object: { metadata: { annotations: 'kubernetes.io/config.mirror' } } }, false],
    ['no metadata', { object: {} }, false],
    ['no object', { object: null }, false],
    ['an ordinary user', { userInfo: { username: 'jane', groups: ['system:authenticated'] } }, false],
    ['the group without the name', { userInfo: { username: 'jane', groups: ['system:nodes'] } }, false],
    ['the name without the group', { userInfo: { username: 'system:node:node-1', groups: [] } }, false],
    ['the name without groups', { userInfo: { username: 'system:node:node-1' } }, false],
    ['groups that are null', { userInfo: { username: 'system:node:node-1', groups: null } }, false],
    ['a name that only ends so', { userInfo: { ...NODE, username: 'x:system:node:node-1' } }, false],
    ['nobody', { userInfo: {} }, false],
  ];
  for (const [name, parts, expected] of cases) {
    it(`${name}: ${String(expected)}`, () => {
      expect(isMirrorPod(admissionRequest({ userInfo: NODE, object: MIRROR, ...parts }))).to.equal(expected);
    });
  }

  it('a request that says nothing of who asks: false', () => {
    const { userInfo: _, ...request } = admissionRequest({ object: MIRROR });
    expect(isMirrorPod(request)).to.equal(false);
  });
});
