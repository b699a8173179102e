import { expect } from 'chai';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { REWRITTEN } from '../../src/admission/rewritten-annotation.ts';
import { admissionRequest } from '../admission-request.ts';
import { applyPatch, operationsOf } from '../json-patch.ts';
import { mutated, mutateNow, rewritingPolicy } from '../mutate-now.ts';

const RULESET = rewritingPolicy();
const HUB = 'mirror.example.com/hub/library/nginx:1';

interface PodOf {
  readonly containers?: Readonly<Record<string, string>>;
  readonly ephemeral?: Readonly<Record<string, string>>;
  readonly volumes?: Readonly<Record<string, string>>;
  /** The annotation; a text stands as it is. */
  readonly originals?: Readonly<Record<string, unknown>> | string;
}

function podOf({ containers = {}, ephemeral, volumes, originals }: PodOf): object {
  const list = (images: Readonly<Record<string, string>>): object[] =>
    Object.entries(images).map(([name, image]) => ({ name, image }));
  const text = typeof originals === 'object' ? JSON.stringify(originals) : originals;
  return {
    metadata: { annotations: { ...(text !== undefined && { [REWRITTEN]: text }) } },
    spec: {
      containers: list(containers),
      ...(ephemeral && { ephemeralContainers: list(ephemeral) }),
      ...(volumes && {
        volumes: Object.entries(volumes).map(([name, reference]) => ({ name, image: { reference } })),
      }),
    },
  };
}

const update = (before: PodOf, after: PodOf, parts: Partial<AdmissionRequest> = {}): AdmissionRequest =>
  admissionRequest({ operation: 'UPDATE', oldObject: podOf(before), object: podOf(after), ...parts });

const ORIGINAL = { 'containers/a': 'nginx:1' };
/** A pod as the policy makes it. */
const OURS: PodOf = { containers: { a: HUB }, originals: ORIGINAL };
const VOLUME = { 'volumes/v': 'docker.io/x:1' };
const REWRITTEN_VOLUME = 'mirror.example.com/hub/library/x:1';

/** What an annotation becomes when a pod is made. */
const CREATED: Readonly<Record<string, readonly [pod: PodOf, becomes: object | undefined]>> = {
  'is kept where the policy makes of it what is there': [OURS, ORIGINAL],
  'is removed where the policy makes something else of it': [
    { containers: { a: HUB }, originals: { 'containers/a': 'nginx:2' } },
    undefined,
  ],
  'is removed where it says what is there': [{ containers: { a: HUB }, originals: { 'containers/a': HUB } }, undefined],
  'is removed where the image is none that is rewritten': [
    { containers: { a: 'gcr.io/x:1' }, originals: { 'containers/a': 'nginx:1' } },
    undefined,
  ],
  'loses what is about nothing': [
    { containers: { a: HUB }, originals: { ...ORIGINAL, 'containers/b': 'nginx:1', x: 'y', more: '7' } },
    ORIGINAL,
  ],
  'loses what is no text': [{ containers: { a: HUB }, originals: { 'containers/a': ['nginx:1'] } }, undefined],
  'is removed where it is no JSON': [{ containers: { a: HUB }, originals: 'nginx:1' }, undefined],
  'is removed where it is no object': [{ containers: { a: HUB }, originals: '[]' }, undefined],
  'is removed where it is too long to be ours': [
    { containers: { a: HUB }, originals: { ...ORIGINAL, x: 'y'.repeat(17_000) } },
    undefined,
  ],
  'is written anew where another image came in place of ours': [
    { containers: { a: 'docker.io/library/nginx:1' }, originals: ORIGINAL },
    { 'containers/a': 'docker.io/library/nginx:1' },
  ],
  'is put into its one form': [{ containers: { a: HUB }, originals: '{ "containers/a": "nginx:1" }' }, ORIGINAL],
};

/** What an annotation becomes when a pod is changed. */
const UPDATED: Readonly<Record<string, readonly [before: PodOf, after: PodOf, becomes: object | undefined]>> = {
  'is kept beside an unchanged image, though the policy makes something else of it today': [
    { containers: { a: 'old.example.com/nginx:1' }, originals: ORIGINAL },
    { containers: { a: 'old.example.com/nginx:1' }, originals: ORIGINAL },
    ORIGINAL,
  ],
  'is put back where it was lost beside an unchanged image': [
    { containers: { a: HUB, b: 'gcr.io/x:1' }, originals: ORIGINAL },
    { containers: { a: HUB, b: 'gcr.io/x:2' } },
    ORIGINAL,
  ],
  'is put back where it was forged beside an unchanged image': [
    OURS,
    { containers: { a: HUB }, originals: { 'containers/a': 'evil.example.com/x:1' } },
    ORIGINAL,
  ],
  'goes with the image that it was about': [OURS, { containers: { a: 'gcr.io/x:1' }, originals: ORIGINAL }, undefined],
  'does not come with an image that was not rewritten': [
    { containers: { a: HUB } },
    { containers: { a: HUB }, originals: { 'containers/a': 'nginx:2' } },
    undefined,
  ],
  'comes with the image of a manifest that is applied again': [
    OURS,
    { containers: { a: 'nginx:1' }, originals: ORIGINAL },
    ORIGINAL,
  ],
  'is written of the changed image alone': [
    { containers: { a: 'nginx:1', b: 'gcr.io/x:1' } },
    { containers: { a: 'nginx:1', b: 'quay.io/x:1' } },
    { 'containers/b': 'quay.io/x:1' },
  ],
};

describe('the annotation of a pod', () => {
  for (const [what, [pod, becomes]] of Object.entries(CREATED)) {
    it(what, () => {
      const object = mutated(admissionRequest({ object: podOf(pod) }), RULESET);
      expect(annotationOf(object)).to.deep.equal(becomes);
      expect(mutateNow(admissionRequest({ object }), RULESET).response).not.to.have.property('patch');
    });
  }

  for (const [what, [before, after, becomes]] of Object.entries(UPDATED)) {
    it(`${what}, on UPDATE`, () => {
      const request = update(before, after);
      const object = mutated(request, RULESET);
      expect(annotationOf(object)).to.deep.equal(becomes);
      expect(mutateNow({ ...request, object }, RULESET).response).not.to.have.property('patch');
    });
  }

  const manyOf = (count: number, image = 'docker.io/library/nginx:1'): Readonly<Record<string, string>> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, image]));

  it('has at most 16 KiB, and counts what does not fit, as often as it is looked at', () => {
    const object = mutated(admissionRequest({ object: podOf({ containers: manyOf(1000) }) }), RULESET);
    const entries = annotationOf(object)!;
    expect(textOf(object).length).to.be.within(15 * 1024, 16 * 1024);
    expect(Number(entries['more'])).to.equal(1000 - (Object.keys(entries).length - 1));
    expect(mutateNow(admissionRequest({ object }), RULESET).response).not.to.have.property('patch');
  });

  it('counts no more than there are, whatever was counted before', () => {
    const object = mutated(admissionRequest({ object: podOf({ containers: manyOf(1000) }) }), RULESET);
    const forged = JSON.stringify({ ...annotationOf(object), more: '999999' });
    const { metadata, ...rest } = object as { metadata: { annotations: object } };
    const again = { ...rest, metadata: { annotations: { ...metadata.annotations, [REWRITTEN]: forged } } };
    expect(annotationOf(mutated(admissionRequest({ object: again }), RULESET))).to.deep.equal(annotationOf(object));
  });

  for (const [room, becomes] of [
    [100, ORIGINAL],
    [30, { more: '1' }],
    [0, undefined],
    [-18, undefined],
  ] as const) {
    it(`leaves all annotations together below what the API server takes, where ${room} bytes are left`, () => {
      const bytes = 256 * 1024 - 'é'.length - REWRITTEN.length - room;
      const annotations = { é: 'x'.repeat(bytes - 1) };
      const object = { metadata: { annotations }, spec: { containers: [{ name: 'a', image: 'nginx:1' }] } };
      const after = mutated(admissionRequest({ object }), RULESET) as typeof object;
      expect(after.spec.containers[0]!.image).to.equal(HUB);
      expect(annotationOf(after)).to.deep.equal(becomes);
      const all = Object.entries(after.metadata.annotations).flat().join('');
      expect(Buffer.byteLength(all)).to.be.at.most(256 * 1024);
      expect(mutateNow(admissionRequest({ object: after }), RULESET).response).not.to.have.property('patch');
    });
  }
});

describe('an image volume of a pod that is there', () => {
  const before = { volumes: { v: REWRITTEN_VOLUME }, originals: VOLUME };

  it('is rewritten as before when its manifest is applied again', () => {
    const after = { volumes: { v: 'docker.io/x:1' }, originals: VOLUME };
    expect(mutated(update(before, after), RULESET)).to.deep.equal(podOf(before));
  });

  for (const [what, mirrors] of [
    ['another mirror', [{ registry: 'docker.io', mirror: 'other.example.com' }]],
    ['no mirror', []],
  ] as const) {
    it(`stays what it was when its manifest is applied again and the policy has ${what}`, () => {
      const ruleset = rewritingPolicy(mirrors);
      for (const originals of [VOLUME, undefined]) {
        const after = { volumes: { v: 'docker.io/x:1' }, ...(originals && { originals }) };
        const request = update(before, after);
        const { rewritten } = mutateNow(request, ruleset);
        expect(rewritten).to.have.lengthOf(1);
        expect(rewritten[0]).to.deep.include({ written: 'docker.io/x:1', raw: REWRITTEN_VOLUME, rewrites: [] });
        expect(mutated(request, ruleset)).to.deep.equal(podOf(before));
      }
    });
  }

  it('is not put back where something else is written, nor where nothing says what was', () => {
    const ruleset = rewritingPolicy([]);
    const other = update(before, { volumes: { v: 'docker.io/x:2' } });
    expect(mutateNow(other, ruleset).rewritten).to.deep.equal([]);
    const untold = update({ volumes: { v: REWRITTEN_VOLUME } }, { volumes: { v: 'docker.io/x:1' } });
    expect(mutateNow(untold, ruleset).rewritten).to.deep.equal([]);
  });

  it('without a reference is left alone, whatever the annotation says', () => {
    const request = update({ ...before, originals: { 'volumes/v': '' } }, { volumes: { v: '' } });
    expect(mutateNow(request, RULESET).response).not.to.have.property('patch');
  });

  it('is told of in a warning without a rule', () => {
    const ruleset = rewritingPolicy([], { rewriteWarnings: true });
    const { response } = mutateNow(update(before, { volumes: { v: 'docker.io/x:1' } }), ruleset);
    expect(response.warnings).to.deep.equal([
      `v image is rewritten: docker.io/x:1 -> ${REWRITTEN_VOLUME}. [imagegate]`,
    ]);
  });
});

describe('ephemeral containers', () => {
  const SUBRESOURCE = { subResource: 'ephemeralcontainers' };

  it('are rewritten where they are new, and nothing else is touched', () => {
    const before = { containers: { a: 'nginx:1' }, ephemeral: { one: 'nginx:1' } };
    const after = {
      containers: { a: 'nginx:2' },
      ephemeral: { one: 'nginx:1', two: 'nginx:1', three: 'gcr.io/x:1' },
      originals: { 'containers/a': 'evil.example.com/x:1' },
    };
    const request = update(before, after, SUBRESOURCE);
    const { response } = mutateNow(request, RULESET);
    expect(operationsOf(response)).to.deep.equal([
      { op: 'replace', path: '/spec/ephemeralContainers/1/image', value: HUB },
    ]);
    const object = applyPatch(request.object, operationsOf(response));
    expect(mutateNow({ ...request, object }, RULESET).response).not.to.have.property('patch');
  });

  it('are left alone where one that is there would change, which the API server refuses', () => {
    const request = update({ ephemeral: { one: 'gcr.io/x:1' } }, { ephemeral: { one: 'nginx:1' } }, SUBRESOURCE);
    expect(mutateNow(request, RULESET).response).not.to.have.property('patch');
  });
});

function textOf(object: unknown): string {
  return (object as { metadata: { annotations: Record<string, string> } }).metadata.annotations[REWRITTEN]!;
}

function annotationOf(object: unknown): Readonly<Record<string, string>> | undefined {
  const text = textOf(object) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, string>);
}
