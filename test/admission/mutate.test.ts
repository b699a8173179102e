import { expect } from 'chai';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { REWRITTEN } from '../../src/admission/rewritten-annotation.ts';
import type { Ruleset } from '../../src/engine/ruleset.ts';
import { admissionRequest, IMAGE_PLACES, podCreate, WORKLOAD_KINDS, podTemplate } from '../admission-request.ts';
import { exemptionOf } from '../exemption.ts';
import { operationsOf } from '../json-patch.ts';
import { mutated, mutateNow, rewritingPolicy } from '../mutate-now.ts';
import { rulesetOf, settingsOf } from '../ruleset.ts';

const RULESET = rewritingPolicy();
const HUB = 'mirror.example.com/hub/library/nginx:1';

type Annotations = Readonly<Record<string, string>>;

const annotated = (originals: object | undefined, more: Annotations = {}): Annotations => ({
  ...more,
  ...(originals && { [REWRITTEN]: JSON.stringify(originals) }),
});

const expectSame = (request: AdmissionRequest, ruleset: Ruleset = RULESET): void => {
  expect(mutateNow(request, ruleset)).to.deep.equal({
    verdict: 'allowed',
    response: { uid: request.uid, allowed: true },
    rewritten: [],
  });
};

describe('mutate', () => {
  it('rewrites what the policy rewrites, and says what stood there', () => {
    const request = podCreate({ web: 'nginx:1', side: 'gcr.io/a:1', other: 'quay.io/x/y:2' });
    const { response, rewritten } = mutateNow(request, RULESET);
    expect(response).to.have.all.keys('uid', 'allowed', 'patch', 'patchType', 'auditAnnotations');
    expect(response).to.deep.include({ uid: request.uid, allowed: true, patchType: 'JSONPatch' });
    expect(response.auditAnnotations).to.deep.equal({
      rewritten: [
        `spec.containers[0].image: nginx:1 -> ${HUB}`,
        'spec.containers[2].image: quay.io/x/y:2 -> mirror.example.com/quay/x/y:2',
      ].join('\n'),
    });
    expect(operationsOf(response)).to.deep.equal([
      { op: 'replace', path: '/spec/containers/0/image', value: HUB },
      { op: 'replace', path: '/spec/containers/2/image', value: 'mirror.example.com/quay/x/y:2' },
      {
        op: 'add',
        path: '/metadata/annotations',
        value: annotated({ 'containers/web': 'nginx:1', 'containers/other': 'quay.io/x/y:2' }),
      },
    ]);
    expect(rewritten.map(({ written, raw, rewrites }) => [written, raw, rewrites?.map(({ rule }) => rule)])).to.eql([
      ['nginx:1', HUB, ['registry-mirror']],
      ['quay.io/x/y:2', 'mirror.example.com/quay/x/y:2', ['registry-mirror']],
    ]);
  });

  const METADATA: Readonly<Record<string, unknown>> = {
    absent: undefined,
    null: null,
    empty: {},
    'of no annotations': { name: 'x', labels: { app: 'x' } },
    'of null annotations': { annotations: null, name: 'x' },
    'of empty annotations': { annotations: {} },
    'of other annotations': { annotations: { 'a/b~c': 'é' } },
    'of a forged annotation': { annotations: { a: 'b', ...annotated({ 'containers/a': 'evil.example.com/x:1' }) } },
    'of an annotation that is no JSON': { annotations: { [REWRITTEN]: '{' } },
    'of a list of annotations': { annotations: [] },
    'of a text for annotations': { annotations: 'x' },
    'that is a text': 'x',
    'that is a list': [],
  };
  /** The same metadata with the annotation, where it can be. */
  const withAnnotation = (metadata: unknown, annotation: Annotations): unknown => {
    if (metadata === undefined || metadata === null) return { annotations: annotation };
    if (typeof metadata !== 'object' || Array.isArray(metadata)) return metadata;
    const { annotations } = metadata as { annotations?: unknown };
    if (typeof annotations === 'string' || Array.isArray(annotations)) return metadata;
    return { ...metadata, annotations: { ...(annotations as Annotations), ...annotation } };
  };

  for (const { list, item } of IMAGE_PLACES) {
    for (const [what, metadata] of Object.entries(METADATA)) {
      it(`makes a patch that applies, and changes nothing else, in ${list} under metadata ${what}`, () => {
        const items = (...images: string[]): object[] =>
          ['a', 'b', 'c'].map((name, index) => ({ env: [{ name: 'é', value: '1' }], ...item(name, images[index]) }));
        const spec = { containers: [], nodeName: 'n', [list]: items('gcr.io/x:1', 'nginx:1', 'docker.io/a/b:2') };
        const object = { kind: 'Pod', ...(metadata === undefined ? {} : { metadata }), spec };
        const after = mutated(admissionRequest({ object }), RULESET);
        const originals = { [`${list}/b`]: 'nginx:1', [`${list}/c`]: 'docker.io/a/b:2' };
        const expected = withAnnotation(metadata, annotated(originals));
        expect(after).to.deep.equal({
          ...object,
          ...(expected === undefined ? {} : { metadata: expected }),
          spec: { ...spec, [list]: items('gcr.io/x:1', HUB, 'mirror.example.com/hub/a/b:2') },
        });
        expectSame(admissionRequest({ object: after }));
      });
    }
  }

  const UNTOUCHED: Readonly<Record<string, unknown>> = {
    'no object': undefined,
    'no spec': { metadata: {} },
    'no containers': { spec: {} },
    'empty lists': { spec: { containers: [], initContainers: [], volumes: null } },
    'an image that is absent': { spec: { containers: [{ name: 'a' }] } },
    'an image that is null': { spec: { containers: [{ name: 'a', image: null }] } },
    'an image that is empty': { spec: { containers: [{ name: 'a', image: '' }] } },
    'an image that is a list': { spec: { containers: [{ name: 'a', image: ['nginx:1'] }] } },
    'an invalid reference': { spec: { containers: [{ name: 'a', image: 'Nginx:1 ' }] } },
    'a container that is null': { spec: { containers: [{ name: 'a', image: 'nginx:1' }, null] } },
    'a volume that is no image': { spec: { containers: [], volumes: [{ name: 'a', emptyDir: {} }] } },
    'an image volume without a reference': { spec: { containers: [], volumes: [{ name: 'a', image: {} }] } },
    'images that nothing rewrites': { spec: { containers: [{ name: 'a', image: 'gcr.io/nginx:1' }] } },
    'an image that is rewritten already': { spec: { containers: [{ name: 'a', image: HUB }] } },
    'labels that are no texts': {
      metadata: { labels: { a: 1 } },
      spec: { containers: [{ name: 'a', image: 'nginx:1' }] },
    },
  };
  for (const [what, object] of Object.entries(UNTOUCHED)) {
    it(`makes no patch of ${what}`, () => expectSame(admissionRequest({ object })));
  }

  it('rewrites containers without a name, and those of one name', () => {
    const containers = [{ image: 'nginx:1' }, { name: 'a', image: 'gcr.io/x:1' }, { name: 'a', image: 'nginx:1' }];
    const object = mutated(admissionRequest({ object: { metadata: {}, spec: { containers } } }), RULESET);
    expect(object).to.deep.equal({
      metadata: { annotations: annotated({ 'containers/containers[0]': 'nginx:1' }) },
      spec: { containers: [{ image: HUB }, containers[1], { name: 'a', image: HUB }] },
    });
    expectSame(admissionRequest({ object }));
  });

  it('encodes names that are not ASCII', () => {
    const request = podCreate({ 'é\u{1F433}': 'nginx:1' });
    const [, annotation] = operationsOf(mutateNow(request, RULESET).response);
    expect(annotation?.value).to.deep.equal(annotated({ 'containers/é\u{1F433}': 'nginx:1' }));
  });

  const pod = { metadata: {}, spec: { containers: [{ name: 'a', image: 'nginx:1' }] } };
  const kubelet = { username: 'system:node:n', groups: ['system:nodes'] };
  const mirrorPod = { ...pod, metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } };
  const NOT_OURS: Readonly<Record<string, Partial<AdmissionRequest>>> = {
    'a DELETE': { operation: 'DELETE', object: null, oldObject: pod },
    'a CONNECT': { operation: 'CONNECT', subResource: 'exec', object: pod },
    'a mirror pod': { object: mirrorPod, userInfo: kubelet },
    'the status of a pod': { operation: 'UPDATE', subResource: 'status', object: pod, oldObject: pod },
    'a resize': { operation: 'UPDATE', subResource: 'resize', object: pod, oldObject: pod },
    'ephemeral containers that are created': { subResource: 'ephemeralcontainers', object: pod },
    'a Pod of another group': { kind: { group: 'example.com', version: 'v1', kind: 'Pod' }, object: pod },
    'a kind that is not known': { kind: { group: '', version: 'v1', kind: 'Binding' }, object: pod },
  };
  for (const [what, parts] of Object.entries(NOT_OURS)) {
    it(`leaves ${what} alone`, () => expectSame(admissionRequest(parts)));
  }
  for (const { kind, group, version, wrap } of WORKLOAD_KINDS.filter((one) => one.kind !== 'Pod')) {
    it(`leaves a ${kind} alone`, () => {
      const object = wrap(podTemplate({ containers: pod.spec.containers }));
      expectSame(admissionRequest({ kind: { group, version, kind }, object }));
    });
  }

  it('rewrites by profile and namespace, and by an unknown profile as without one', () => {
    const off = settingsOf({ 'registry-mirror': { action: 'off' } });
    const ruleset = rewritingPolicy(undefined, {
      profiles: new Map([['lab', off]]),
      namespaces: [{ names: ['free-*'], rules: off }],
    });
    const isRewritten = (profile?: string, namespace = 'default'): boolean =>
      mutateNow(podCreate({ a: 'nginx:1' }, { namespace }), ruleset, { profile }).rewritten.length === 1;
    expect([isRewritten(), isRewritten('lab'), isRewritten('unknown'), isRewritten(undefined, 'free-1')]).to.eql([
      true,
      false,
      true,
      false,
    ]);
  });

  it('leaves what is exempt, until the exemption ends', () => {
    const exemptions = [
      exemptionOf({ rules: ['registry-mirror'], images: ['docker.io/library/nginx'], expires: 1000 }),
    ];
    const ruleset = rewritingPolicy(undefined, { exemptions });
    const request = podCreate({ a: 'nginx:1' });
    expectSame(request, ruleset);
    expect(mutateNow(request, ruleset, { now: 1000 }).rewritten).to.have.lengthOf(1);
  });

  for (const action of ['deny', 'warn', 'audit', 'off'] as const) {
    it(`rewrites nothing where the action is ${action}`, () => {
      expectSame(podCreate({ a: 'nginx:1' }), rewritingPolicy(undefined, {}, { action }));
    });
  }
  for (const enforcement of ['warn', 'audit'] as const) {
    it(`rewrites nothing where the enforcement is ${enforcement}`, () => {
      expectSame(podCreate({ a: 'nginx:1' }), rewritingPolicy(undefined, { enforcement }));
    });
  }

  it('leaves the pod as it is where it fails, and says why', () => {
    const broken = { ...RULESET, overrides: undefined } as unknown as Ruleset;
    const request = podCreate({ a: 'nginx:1' });
    const { error, ...mutation } = mutateNow(request, broken);
    expect(mutation).to.deep.equal({
      verdict: 'errored',
      response: { uid: request.uid, allowed: true },
      rewritten: [],
    });
    expect(error).to.be.instanceOf(TypeError);
  });

  it('warns of each image if the policy says so, within the limits of warnings', () => {
    const ruleset = rewritingPolicy(undefined, { rewriteWarnings: true });
    const warningsOf = (images: Readonly<Record<string, string>>): readonly string[] | undefined =>
      mutateNow(podCreate(images), ruleset).response.warnings;
    expect(warningsOf({ web: 'docker.io/nginx:1', b: 'gcr.io/x:1' })).to.deep.equal([
      `web image is rewritten: docker.io/nginx:1 -> ${HUB}. [imagegate: registry-mirror]`,
    ]);
    const long = warningsOf({ web: `${'a'.repeat(200)}:1` });
    expect(long?.[0])
      .to.have.lengthOf(256)
      .and.match(/\.\.\. \[imagegate: registry-mirror\]$/);
    const many = warningsOf(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`c${index}`, 'nginx:1'])));
    expect(many).to.have.lengthOf(15);
    expect(many?.at(-1)).to.equal('… and 6 more');
  });

  it('writes no more than 1 KiB into the audit annotation, whole lines', () => {
    const images = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`c${index}`, 'nginx:1']));
    const { rewritten = '' } = mutateNow(podCreate(images), RULESET).response.auditAnnotations ?? {};
    expect(rewritten.length).to.be.within(900, 1024);
    expect(rewritten.split('\n').at(-1)).to.match(/^… and \d+ more\.$/);
    expect(rewritten.split('\n').at(-2)).to.match(/:1$/);
  });

  it('writes what etcd stores at most, and leaves alone what would be an answer many times as large as the pod', () => {
    const mirror = `mirror.example.com/${'a'.repeat(200)}`;
    const ruleset = rewritingPolicy([{ registry: 'docker.io', mirror }], { rewriteWarnings: true });
    const reference = `${mirror}/library/a`;
    const pods = (count: number) => {
      const volumes = Array.from({ length: count }, (_, index) => ({ name: `v${index}`, image: { reference: 'a' } }));
      return admissionRequest({ object: { spec: { containers: [], volumes } } });
    };
    // What a volume takes in etcd beside its reference.
    const stored = Math.floor((1.5 * 1024 ** 2) / (reference.length + 23));
    const { response, rewritten } = mutateNow(pods(stored), ruleset);
    expect(rewritten).to.have.lengthOf(stored);
    expect(response.patch!.length).to.be.below(6_000_000);
    expectSame(pods(3 * stored), ruleset);
  });

  it('removes an annotation where nothing rewrites', () => {
    const object = { metadata: { annotations: annotated({ 'containers/a': 'nginx:1' }, { a: 'b' }) }, spec: pod.spec };
    const after = mutated(admissionRequest({ object }), rulesetOf());
    expect(after).to.deep.equal({ metadata: { annotations: { a: 'b' } }, spec: pod.spec });
  });
});
