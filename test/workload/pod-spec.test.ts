import { expect } from 'chai';
import { typeName, UnreadableWorkloadError } from '../../src/workload/json-object.ts';
import { isMirrorPod, KNOWN_KINDS, podSpecs, type WorkloadRequest } from '../../src/workload/pod-spec.ts';
import { admissionRequest, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { imagesToJudge } from '../../src/workload/images.ts';

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

const ROLLOUT = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout' };
const TEMPLATE = ['spec', 'template', 'spec'];
const LISTED = ['spec', 'workloads', '*', 'template', 'spec'];
const NESTED = ['spec', 'groups', '*', 'pods', '*', 'spec'];

const template = (image = 'gcr.io/a:1') => podTemplate({ containers: [{ name: 'a', image }] });

function specsOf(path: readonly string[], object: unknown, more: Partial<WorkloadRequest> = {}) {
  const request = { ...admissionRequest({ kind: ROLLOUT, object }), ...more };
  return podSpecs(request, new Map([['argoproj.io/Rollout', path]]));
}

describe('podSpecs of a kind that the operator added', () => {
  it('finds the template of an Argo Rollout, new and old', () => {
    const [object, oldObject] = [template(), template('gcr.io/a:0')].map((pod) => ({ spec: { template: pod } }));
    const [spec, oldSpec] = [object, oldObject].map((rollout) => rollout?.spec.template['spec']);
    const found = { spec, fieldPath: 'spec.template.spec', template: true, changed: true };
    expect(specsOf(TEMPLATE, object)).to.deep.equal([{ ...found, oldSpec: undefined }]);
    expect(specsOf(TEMPLATE, object, { oldObject })).to.deep.equal([{ ...found, oldSpec: undefined }]);
    expect(specsOf(TEMPLATE, object, { operation: 'UPDATE', oldObject })).to.deep.equal([{ ...found, oldSpec }]);
    const same = specsOf(TEMPLATE, object, { operation: 'UPDATE', oldObject: structuredClone(object) });
    expect(same).to.deep.equal([{ ...found, oldSpec: spec, changed: false }]);
  });

  it('takes the object for the pod where the path is spec alone', () => {
    const object = template();
    const update = specsOf(['spec'], object, { operation: 'UPDATE', oldObject: object });
    expect(update).to.deep.equal([
      { spec: object['spec'], oldSpec: object['spec'], fieldPath: 'spec', template: false, changed: true },
    ]);
  });

  it('finds each item of a list, and of lists in lists, in their order', () => {
    const workloads = ['1', '2', '3'].map((tag) => ({ template: template(`gcr.io/a:${tag}`) }));
    const found = specsOf(LISTED, { spec: { workloads } });
    expect(found?.map(({ spec }) => spec)).to.deep.equal(workloads.map((workload) => workload.template['spec']));
    expect(found?.map(({ fieldPath }) => fieldPath)).to.deep.equal(
      [0, 1, 2].map((index) => `spec.workloads[${index}].template.spec`),
    );
    const groups = [{ pods: [template(), template()] }, { pods: [] }, { pods: [template()] }];
    expect(specsOf(NESTED, { spec: { groups } })?.map(({ fieldPath }) => fieldPath)).to.deep.equal([
      'spec.groups[0].pods[0].spec',
      'spec.groups[0].pods[1].spec',
      'spec.groups[2].pods[0].spec',
    ]);
  });

  for (const [path, absent] of [
    [TEMPLATE, [{}, { spec: null }, { spec: {} }, { spec: { workloadRef: { name: 'x' } } }]],
    [TEMPLATE, [{ spec: { template: null } }, { spec: { template: {} } }, { spec: { template: { spec: null } } }]],
    [LISTED, [{}, { spec: {} }, { spec: { workloads: null } }, { spec: { workloads: [] } }]],
    [LISTED, [{ spec: { workloads: [null] } }, { spec: { workloads: [{}] } }]],
    [['spec'], [{}, { spec: null }]],
  ] as const) {
    it(`passes over what is absent on the way of ${path.join('.')}: ${JSON.stringify(absent)}`, () => {
      for (const object of absent) expect(specsOf(path, object), JSON.stringify(object)).to.deep.equal([]);
    });
  }

  it('passes over the items that have no pod, and keeps the places of the others', () => {
    const workloads = [{}, { template: template() }, null, { template: template() }];
    expect(specsOf(LISTED, { spec: { workloads } })?.map(({ fieldPath }) => fieldPath)).to.deep.equal([
      'spec.workloads[1].template.spec',
      'spec.workloads[3].template.spec',
    ]);
  });

  for (const [path, object, message] of [
    [TEMPLATE, null, 'object of a Rollout must be an object, found null'],
    [TEMPLATE, undefined, 'object of a Rollout must be an object, found nothing'],
    [['spec'], 'x', 'object of a Rollout must be an object, found a string'],
    [TEMPLATE, [], 'object of a Rollout must be an object, found a list'],
    [TEMPLATE, { spec: 'x' }, 'object.spec of a Rollout must be an object, found a string'],
    [TEMPLATE, { spec: { template: [] } }, 'object.spec.template of a Rollout must be an object, found a list'],
    [
      TEMPLATE,
      { spec: { template: { spec: 1 } } },
      'object.spec.template.spec of a Rollout must be an object, found a number',
    ],
    [LISTED, { spec: { workloads: {} } }, 'object.spec.workloads of a Rollout must be a list, found an object'],
    [LISTED, { spec: { workloads: 'ab' } }, 'object.spec.workloads of a Rollout must be a list, found a string'],
    [
      LISTED,
      { spec: { workloads: [{}, 7] } },
      'object.spec.workloads[1] of a Rollout must be an object, found a number',
    ],
    [
      NESTED,
      { spec: { groups: [{ pods: [{ spec: false }] }] } },
      'object.spec.groups[0].pods[0].spec of a Rollout must be an object, found a boolean',
    ],
  ] as const) {
    it(`refuses what is neither absent nor what the path says: ${message}`, () => {
      expect(() => specsOf(path, object))
        .to.throw(UnreadableWorkloadError)
        .with.property('message', message);
    });
  }

  it('compares images with the old ones by the place of the item', () => {
    const rollout = (...images: string[]) => ({
      spec: { workloads: images.map((image) => ({ template: template(image) })) },
    });
    const judged = (object: unknown, oldObject: unknown) =>
      imagesToJudge(specsOf(LISTED, object, { operation: 'UPDATE', oldObject }) ?? []).map(
        ({ raw, unchanged, container }) => `${raw} ${container.fieldPath.slice(5, 17)} ${unchanged ? 'old' : 'new'}`,
      );
    expect(judged(rollout('a', 'b'), rollout('a', 'b'))).to.deep.equal([]);
    expect(judged(rollout('a', 'c'), rollout('a', 'b'))).to.deep.equal(['c workloads[1] new']);
    expect(judged(rollout('b', 'a'), rollout('a', 'b'))).to.deep.equal(['b workloads[0] new', 'a workloads[1] new']);
    expect(judged(rollout('a', 'b', 'b'), rollout('a', 'b'))).to.deep.equal(['b workloads[2] new']);
    expect(judged(rollout('b'), rollout('a', 'b'))).to.deep.equal(['b workloads[0] new']);
    const restarted = { spec: { workloads: [{ template: { ...template('a'), metadata: { labels: {} } } }] } };
    expect(judged(restarted, rollout('a'))).to.deep.equal(['a workloads[0] old']);
  });

  it('takes what was there before for none, where it cannot be read', () => {
    const object = { spec: { workloads: [{ template: template() }] } };
    for (const oldObject of [
      undefined,
      null,
      'x',
      {},
      { spec: null },
      { spec: { workloads: 'x' } },
      { spec: { workloads: [] } },
      { spec: { workloads: [null] } },
      { spec: { workloads: [{ template: 'x' }] } },
      { spec: { workloads: [{ template: { spec: [] } }] } },
    ]) {
      const [found] = specsOf(LISTED, object, { operation: 'UPDATE', oldObject }) ?? [];
      expect(found, JSON.stringify(oldObject)).to.deep.include({ oldSpec: undefined, changed: true });
    }
  });

  it('has no say about kinds that are known, and none about the others', () => {
    const paths = new Map([...KNOWN_KINDS, 'argoproj.io/Rollout'].map((kind) => [kind, ['nowhere', 'spec']]));
    const pod = admissionRequest({ object: template() });
    expect(podSpecs(pod, paths)).to.deep.equal(podSpecs(pod));
    expect(podSpecs(admissionRequest({ kind: { ...ROLLOUT, group: 'example.com' }, object: {} }), paths)).to.equal(
      undefined,
    );
    expect(podSpecs(admissionRequest({ kind: ROLLOUT, object: {} }), paths)).to.deep.equal([]);
  });
});
