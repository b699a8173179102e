import { expect } from 'chai';
import * as fc from 'fast-check';
import { originalKey } from '../../src/admission/originals.ts';
import { MAX_ANNOTATION_BYTES, REWRITTEN } from '../../src/admission/rewritten-annotation.ts';
import { imagesToJudge } from '../../src/workload/images.ts';
import type { JsonObject } from '../../src/workload/json-object.ts';
import { admissionRequest, IMAGE_PLACES } from '../admission-request.ts';
import { applyPatch, operationsOf } from '../json-patch.ts';
import { mutateNow, rewritingPolicy } from '../mutate-now.ts';

const RULESET = rewritingPolicy();
/** What the images are; some of them rewritten ones of others. */
const IMAGES = [
  'nginx',
  'docker.io/library/nginx',
  'mirror.example.com/hub/library/nginx',
  'quay.io/a/b:1',
  'mirror.example.com/quay/a/b:1',
  'gcr.io/x@sha256:abc',
  'gcr.io/x:1',
  '',
];

const image = fc.constantFrom(...IMAGES, undefined);
const name = fc.constantFrom('a', 'b', 'c');
const list = (item: (typeof IMAGE_PLACES)[number]['item']) =>
  fc
    .uniqueArray(fc.tuple(name, image), { selector: ([one]) => one, maxLength: 3 })
    .map((items) => items.map(([one, text]) => item(one, text)));
const spec = fc.record(Object.fromEntries(IMAGE_PLACES.map((place) => [place.list, list(place.item)])));
const claims = fc
  .dictionary(
    fc.tuple(fc.constantFrom(...IMAGE_PLACES.map((place) => place.list), 'x'), name).map((parts) => parts.join('/')),
    fc.oneof(fc.constantFrom(...IMAGES), fc.integer()),
  )
  .map((entries) => JSON.stringify(entries));
const annotations = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.record({ [REWRITTEN]: fc.oneof(claims, fc.string()), other: fc.string() }, { requiredKeys: [] }),
);
const pod = fc.record({ metadata: fc.record({ annotations }, { requiredKeys: [] }), spec });

type Pod = {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: JsonObject;
};

/** The images of a pod by key. */
function imagesOf({ spec: podSpec }: Pod): ReadonlyMap<string, string> {
  const parts = { oldSpec: undefined, fieldPath: 'spec', template: false, changed: true };
  return new Map(imagesToJudge([{ spec: podSpec, ...parts }]).map((one) => [originalKey(one), one.raw]));
}

/** A pod without what may be changed. */
function without({ metadata, spec: podSpec }: Pod): string {
  const { [REWRITTEN]: _, ...others } = metadata.annotations ?? {};
  return JSON.stringify([others, podSpec], (key, value: unknown) =>
    key === 'image' || key === 'reference' ? (typeof value === 'string' ? 'x' : value) : value,
  );
}

describe('mutate, of any pod', () => {
  it('makes a patch that applies, changes images and the annotation alone, and is done then', () => {
    fc.assert(
      fc.property(pod, fc.option(pod), (object, oldObject) => {
        const operation = oldObject === null ? 'CREATE' : 'UPDATE';
        const request = admissionRequest({ operation, object, ...(oldObject && { oldObject }) });
        const { response, verdict } = mutateNow(request, RULESET);
        expect(verdict).to.equal('allowed');
        const after = applyPatch(object, operationsOf(response)) as Pod;
        expect(without(after)).to.equal(without(object as Pod));
        expect(mutateNow({ ...request, object: after }, RULESET).response).not.to.have.property('patch');
        const before = imagesOf(object as Pod);
        const final = imagesOf(after);
        const entries = Object.entries(
          JSON.parse(after.metadata?.annotations?.[REWRITTEN] ?? '{}') as Record<string, string>,
        );
        expect(JSON.stringify(entries).length).to.be.below(MAX_ANNOTATION_BYTES);
        for (const [key, text] of final) {
          const written = entries.find(([one]) => one === key)?.[1];
          if (text !== before.get(key)) expect(written).to.equal(before.get(key));
        }
        for (const [key] of entries) expect([...final.keys()]).to.include(key);
      }),
      { numRuns: 2000 },
    );
  });
});
