import { expect } from 'chai';
import { typeName, UnreadableWorkloadError } from '../../src/workload/json-object.ts';
import { isMirrorPod, KNOWN_KINDS, podSpecs } from '../../src/workload/pod-spec.ts';
import { admissionRequest, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';

describe('podSpecs', () => {
  it('knows the nine kinds, and no other', () => {
    expect(KNOWN_KINDS).to.have.members(WORKLOAD_KINDS.map(({ group, kind }) => `${group}/${kind}`));
    for (const kind of [
      { group: '', version: 'v1', kind: 'Service' },
      { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout' },
      { group: 'example.com', version: 'v1', kind: 'Pod' },
      { group: '', version: 'v1', kind: 'Deployment' },
      { group: '__proto__', version: 'v1', kind: 'constructor' },
    ]) {
      expect(podSpecs(admissionRequest({ kind, object: {} })), kind.kind).to.equal(undefined);
    }
  });

  for (const { group, version, kind, fieldPath, wrap } of WORKLOAD_KINDS) {
    const request = admissionRequest({ kind: { group, version, kind } });
    const template = podTemplate({ containers: [{ name: 'a', image: 'a:1' }] });
    const other = podTemplate({ containers: [{ name: 'a', image: 'a:2' }] });

    it(`finds the pod spec of a ${kind}, new and old`, () => {
      const created = podSpecs({ ...request, object: wrap(template), oldObject: wrap(other) });
      expect(created).to.deep.equal([
        { spec: template['spec'], oldSpec: undefined, fieldPath, template: kind !== 'Pod', changed: true },
      ]);
      const updated = podSpecs({ ...request, operation: 'UPDATE', object: wrap(template), oldObject: wrap(other) });
      expect(updated?.[0]).to.deep.include({ spec: template['spec'], oldSpec: other['spec'], changed: true });
    });

    it(`tells whether an update changes the template of a ${kind}`, () => {
      const update = { ...request, operation: 'UPDATE', object: wrap(template) } as const;
      const same = podSpecs({ ...update, oldObject: wrap(structuredClone(template)) });
      expect(same?.[0]?.changed).to.equal(kind === 'Pod');
      const restarted = { ...template, metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } };
      expect(podSpecs({ ...update, oldObject: wrap(restarted) })?.[0]?.changed).to.equal(true);
    });

    it(`takes an old ${kind} that cannot be read for none`, () => {
      for (const oldObject of [undefined, null, 'x', {}, wrap({}), wrap({ spec: [] })]) {
        const specs = podSpecs({ ...request, operation: 'UPDATE', object: wrap(template), oldObject });
        expect(specs?.[0]?.oldSpec).to.equal(undefined);
      }
    });

    it(`refuses a ${kind} that cannot be read, and names the field`, () => {
      for (const object of [undefined, null, 'x', [], 1]) {
        expect(() => podSpecs({ ...request, object })).to.throw(UnreadableWorkloadError, `object of a ${kind} must be`);
      }
      for (const spec of [undefined, null, 'x', [], 1]) {
        const broken = (): unknown => podSpecs({ ...request, object: wrap({ spec }) });
        const message = `object.${fieldPath} of a ${kind} must be an object, found ${typeName(spec)}`;
        expect(broken).to.throw(UnreadableWorkloadError).with.property('message', message);
      }
    });
  }
});

describe('typeName', () => {
  it('names the JSON types', () => {
    expect([undefined, null, [], {}, 'x', 1, true].map(typeName)).to.deep.equal([
      'nothing',
      'null',
      'a list',
      'an object',
      'a string',
      'a number',
      'a boolean',
    ]);
  });
});

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
