import { Ajv } from 'ajv';
import { expect } from 'chai';
import schema from '../../schemas/admission-review.schema.json' with { type: 'json' };
import { InvalidReviewError, parseReview } from '../../src/admission/admission-review.ts';
import { admissionReview, admissionRequest, podCreate } from '../admission-request.ts';

const REVIEW = admissionReview(podCreate({ nginx: 'nginx' }));

function refusal(body: unknown): InvalidReviewError {
  try {
    parseReview(body);
  } catch (error) {
    if (error instanceof InvalidReviewError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const request = (parts: object): object => ({ ...REVIEW, request: { ...REVIEW.request, ...parts } });

describe('parseReview', () => {
  it('has a schema that is one', () => {
    expect(new Ajv({ strict: false }).validateSchema(schema)).to.equal(true);
    expect(new Ajv({ strict: false }).validateSchema({ ...schema, required: 1 })).to.equal(false);
  });

  it('takes a review as the API server sends it, in both versions, with fields that Kubernetes may add', () => {
    expect(parseReview(REVIEW)).to.equal(REVIEW);
    for (const parts of [
      { apiVersion: 'admission.k8s.io/v1beta1' },
      { somethingNew: {} },
      request({ somethingNew: [1], options: { kind: 'CreateOptions' }, requestKind: {}, resource: {} }),
      request({ operation: 'DELETE', object: null, oldObject: {} }),
      request({ dryRun: null, userInfo: { groups: null, extra: { a: ['b'] } } }),
    ]) {
      const review = { ...REVIEW, ...parts };
      expect(parseReview(review)).to.equal(review);
    }
  });

  it('takes the least that can be judged', () => {
    const { uid, kind, operation } = admissionRequest();
    expect(() => parseReview({ ...REVIEW, request: { uid, kind, operation } })).not.to.throw();
  });

  const cases: readonly (readonly [unknown, string])[] = [
    [undefined, 'the body must be an object'],
    [null, 'the body must be an object'],
    [[], 'the body must be an object'],
    ['x', 'the body must be an object'],
    [{}, 'apiVersion is missing; kind is missing; request is missing'],
    [{ ...REVIEW, apiVersion: 'v2' }, 'apiVersion must be one of admission.k8s.io/v1, admission.k8s.io/v1beta1'],
    [{ ...REVIEW, kind: 'Pod' }, 'kind must be AdmissionReview'],
    [{ ...REVIEW, request: null }, 'request must be an object'],
    [request({ uid: '' }), 'request.uid must be text that is not empty'],
    [request({ uid: 7 }), 'request.uid must be text'],
    [request({ uid: undefined }), 'request.uid is missing'],
    [request({ operation: 'PATCH' }), 'request.operation must be one of CREATE, UPDATE, DELETE, CONNECT'],
    [request({ kind: 'Pod' }), 'request.kind must be an object'],
    [request({ kind: { group: '', version: 'v1' } }), 'request.kind.kind is missing'],
    [request({ object: 'x' }), 'request.object must be an object, or null'],
    [request({ oldObject: [] }), 'request.oldObject must be an object, or null'],
    [request({ dryRun: 'true' }), 'request.dryRun must be true or false, or null'],
    [request({ namespace: 1 }), 'request.namespace must be text'],
    [request({ userInfo: { groups: ['a', 1] } }), 'request.userInfo.groups.1 must be text'],
  ];
  for (const [body, message] of cases) {
    it(`refuses, and says: ${message}`, () => {
      expect(refusal(body).message).to.equal(`The body is not a valid AdmissionReview: ${message}.`);
    });
  }

  it('tells all fields at once, up to eight', () => {
    expect(refusal(request({ uid: 1, operation: 2, object: 3 })).message).to.match(/uid .*operation .*object /);
  });

  // An error for each would be more than there is memory for: 2 MB of these are a million.
  it('tells of eight wrong groups, however many there are', () => {
    const groups = Array.from({ length: 1_000_000 }, (_, index) => (index % 2 === 0 ? 'a' : 1));
    const told = [1, 3, 5, 7, 9, 11, 13, 15].map((index) => `request.userInfo.groups.${index} must be text; `);
    expect(refusal(request({ userInfo: { groups } })).message).to.equal(
      `The body is not a valid AdmissionReview: ${told.join('')}and more.`,
    );
    expect(refusal(request({ userInfo: { groups: groups.slice(0, 17) } })).message).to.match(
      /groups\.15 must be text\.$/,
    );
  });

  it('cuts groups behind the ninth wrong one', () => {
    for (const [wrong, left] of [
      [8, 100],
      [9, 18],
      [50, 18],
    ] as const) {
      const groups = Array.from({ length: 100 }, (_, index) => (index % 2 === 1 && index < 2 * wrong ? 1 : 'a'));
      refusal(request({ userInfo: { groups } }));
      expect(groups).to.have.lengthOf(left);
    }
  });

  it('keeps the uid where there is one', () => {
    expect(refusal(request({ operation: 'x' })).uid).to.equal(REVIEW.request.uid);
    for (const body of [
      null,
      'x',
      {},
      { request: null },
      { request: 'x' },
      request({ uid: 7 }),
      request({ uid: '' }),
    ]) {
      expect(refusal(body).uid).to.equal(undefined);
    }
    expect(refusal(request({ uid: 'u'.repeat(300) })).uid).to.have.lengthOf(256);
  });
});
