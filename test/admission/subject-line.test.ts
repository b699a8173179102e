import { expect } from 'chai';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { subjectLine } from '../../src/admission/subject-line.ts';
import { admissionRequest } from '../admission-request.ts';
import { findingOf } from '../finding.ts';

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const REPLICA_SET = { generateName: 'api-6cb5b7df55-', name: 'api-6cb5b7df55-gk8gk' };
const UID = '705ab4f5-6393-11e8-b7cc-42010a800002';

function line(parts: Partial<AdmissionRequest>, rules: readonly string[] = ['empty-tag'], decisionId = false) {
  const request = admissionRequest({ namespace: 'shop', ...parts });
  return subjectLine(
    request,
    rules.map((rule) => findingOf({ rule })),
    decisionId,
  );
}

describe('subjectLine', () => {
  for (const [what, parts, expected] of [
    ['a Deployment', { kind: DEPLOYMENT, name: 'api' }, 'Deployment shop/api'],
    ['a Deployment that its container is called like', { kind: DEPLOYMENT, name: 'app' }, 'Deployment shop/app'],
    ['a Pod of another name', { name: 'api' }, 'Pod shop/api'],
    ['a Pod that its container is called like', { name: 'app' }, undefined],
    ['a Pod whose name stands in the object alone', { name: '', object: { metadata: { name: 'app' } } }, undefined],
    ['a Pod of another group', { kind: { group: 'x.io', version: 'v1', kind: 'Pod' }, name: 'app' }, 'Pod shop/app'],
    ['a Pod whose name is to be made', { name: '', object: { metadata: { generateName: 'api-' } } }, 'Pod shop/api-*'],
    [
      'a Pod whose name was made',
      { name: REPLICA_SET.name, object: { metadata: REPLICA_SET } },
      'Pod shop/api-6cb5b7df55-*',
    ],
    ['an object without a namespace', { kind: DEPLOYMENT, namespace: '', name: 'api' }, 'Deployment api'],
    ['an object whose name nobody can read', { name: '', object: { metadata: { name: [7] } } }, 'Pod shop'],
    ['an object without metadata', { name: '', object: null }, 'Pod shop'],
  ] as const) {
    it(`says ${expected ?? 'nothing'} of ${what}`, () => {
      expect(line(parts)).to.equal(expected && `${expected}, by empty-tag.`);
      expect(line(parts, ['empty-tag'], true)).to.equal(`${expected ?? 'Pod shop/app'}, by empty-tag. ${UID}`);
    });
  }

  it('is there where one container of several is not called like the Pod', () => {
    const other = findingOf({ rule: 'blocked-tags' });
    const findings = [
      findingOf(),
      { ...other, image: { ...other.image, container: { ...other.image.container, name: 'x' } } },
    ];
    expect(subjectLine(admissionRequest({ name: 'app' }), findings, false)).to.equal(
      'Pod default/app, by empty-tag and blocked-tags.',
    );
  });

  const nine = 'abcdefghi'.split('');
  for (const [rules, words] of [
    [['b', 'a', 'b'], 'b and a'],
    [['c', 'b', 'a'], 'c, b and a'],
    [nine.slice(1), 'b, c, d, e, f, g, h and i'],
    [nine, 'a, b, c, d, e, f, g and 2 more'],
  ] as const) {
    it(`names each of ${rules.join(', ')} once`, () => {
      expect(line({ name: 'api' }, rules)).to.equal(`Pod shop/api, by ${words}.`);
    });
  }

  it('is short and printable, whatever a stranger calls things', () => {
    const long = 'é\n'.repeat(1000);
    const text = line(
      { kind: { group: long, version: long, kind: long }, namespace: long, name: long, uid: long },
      nine.map((rule) => rule.repeat(63)),
      true,
    );
    expect(text).to.match(/^[ -~]{100,1100}$/);
  });
});
