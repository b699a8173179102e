import { expect } from 'chai';
import type { AdmissionRequest } from '../../../src/admission/admission-review.ts';
import type { CheckedObject } from '../../../src/check-report/report.ts';
import { PolicyChanges } from '../../../src/cli/diff/policy-changes.ts';
import type { Finding } from '../../../src/engine/finding.ts';
import { objectName, Owners } from '../../../src/manifest/owners.ts';
import { findingOf } from '../../finding.ts';

const EXEMPTION = { name: 'e', reason: 'r', owner: 'o', expires: Infinity };

const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'p' };

const controlled = (kind: AdmissionRequest['kind'], name: string, reference: object): AdmissionRequest => ({
  uid: 'u',
  kind,
  operation: 'CREATE',
  namespace: 'shop',
  name,
  object: { metadata: { ownerReferences: [reference] } },
});

/** A pod of which this was found; of more than one container, the place of each is said. */
const checked = (...findings: readonly Finding[]): CheckedObject => ({
  group: '',
  version: 'v1',
  kind: 'Pod',
  namespace: 'shop',
  name: 'p',
  review: {
    verdict: findings.some(({ action, exemption }) => action === 'deny' && !exemption) ? 'denied' : 'allowed',
    response: { uid: 'u', allowed: true },
    findings,
    unknownKind: false,
  },
  where: () => ({ source: { name: 'x.yaml' } }),
});

const unreadable: CheckedObject = {
  ...checked(),
  review: {
    verdict: 'denied',
    response: { uid: 'u', allowed: false, status: { code: 403, message: 'Cannot be read.' } },
    findings: [],
    unknownKind: false,
  },
};

const found = (action: Finding['action'], rule = 'a', image = 'gcr.io/app') => findingOf({ action, rule, image });

const SAYS = 'app image has no tag! (gcr.io/app). Only images with tags are allowed.';

describe('PolicyChanges', () => {
  for (const [what, before, after, effect, why] of [
    ['nothing, then nothing', checked(), checked(), undefined, []],
    ['nothing, then a denial', checked(), checked(found('deny')), 'newlyDenied', [`${SAYS} [a]`]],
    ['a warning, then a denial', checked(found('warn')), checked(found('deny')), 'newlyDenied', [`${SAYS} [a]`]],
    ['a denial, then nothing', checked(found('deny')), checked(), 'newlyAllowed', [`${SAYS} [a]`]],
    ['a denial, then a warning', checked(found('deny')), checked(found('warn', 'b')), 'newlyAllowed', [`${SAYS} [a]`]],
    ['a denial by another rule', checked(found('deny')), checked(found('deny', 'b')), undefined, []],
    ['one denial more', checked(found('deny')), checked(found('deny'), found('deny', 'b')), undefined, []],
    ['nothing, then a warning', checked(), checked(found('warn')), 'newlyWarned', [`${SAYS} [a]`]],
    ['a warning, then nothing', checked(found('warn')), checked(), 'noLongerWarned', [`${SAYS} [a]`]],
    ['nothing, then what is only audited', checked(), checked(found('audit')), undefined, []],
    ['a denial, then an audit', checked(found('deny')), checked(found('audit')), 'newlyAllowed', [`${SAYS} [a]`]],
    [
      'a denial, then an exemption',
      checked(found('deny')),
      checked({ ...found('deny'), exemption: EXEMPTION }),
      'newlyAllowed',
      [`${SAYS} [a]`],
    ],
    [
      'an exemption, then a denial',
      checked({ ...found('deny'), exemption: EXEMPTION }),
      checked(found('deny')),
      'newlyDenied',
      [`${SAYS} [a]`],
    ],
    [
      'nothing, then two denials and a warning',
      checked(),
      checked(found('warn', 'c'), found('deny'), found('deny', 'b')),
      'newlyDenied',
      [`${SAYS} [a]`, `${SAYS} [b]`],
    ],
    ['nothing, then what cannot be read', checked(), unreadable, 'newlyDenied', ['Cannot be read. [imagegate]']],
    ['what cannot be read, then nothing', unreadable, checked(), 'newlyAllowed', ['Cannot be read. [imagegate]']],
    ['a denial, then what cannot be read', checked(found('deny')), unreadable, undefined, []],
    ['what cannot be read, twice', unreadable, unreadable, undefined, []],
  ] as const) {
    it(`finds of ${what}: ${effect ?? 'no change'}`, () => {
      const changes = new PolicyChanges();
      changes.add(POD, before, after);
      const all = changes.byOwner(new Owners());
      expect(all.map((change) => [change.effect, [...change.why.keys()]])).to.deep.equal(
        effect === undefined ? [] : [[effect, why]],
      );
    });
  }

  it('tells containers apart that have the same image', () => {
    const [one, other] = [found('deny'), found('deny')];
    const second = { ...other, image: { ...other.image, container: { ...other.image.container, fieldPath: 'x' } } };
    const changes = new PolicyChanges();
    changes.add(POD, checked(one), checked(second));
    expect(changes.byOwner(new Owners()).map(({ effect }) => effect)).to.have.members(['newlyAllowed', 'newlyDenied']);
  });

  it('tells an image once for each owner, with all that is said of it, by image and owner', () => {
    const owners = new Owners();
    const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', controller: true };
    const deployment = owners.add(controlled({ group: 'apps', version: 'v1', kind: 'ReplicaSet' }, 'r', reference));
    const ofPod = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', controller: true };
    const set = owners.add(controlled({ group: '', version: 'v1', kind: 'Pod' }, 'r-1', ofPod));
    const changes = new PolicyChanges();
    for (const [owner, finding] of [
      [set, found('deny')],
      [POD, found('deny')],
      [POD, found('deny', 'a', 'a.b/c')],
      [deployment, found('deny', 'b')],
      [set, found('deny')],
    ] as const)
      changes.add(owner, checked(), checked(finding));
    expect(
      changes.byOwner(owners).map(({ image, owner, why }) => [image, objectName(owner), [...why.keys()]]),
    ).to.deep.equal([
      ['a.b/c', 'Pod shop/p', [`${SAYS.replace('gcr.io/app', 'a.b/c')} [a]`]],
      ['gcr.io/app', 'Deployment shop/d', [`${SAYS} [a]`, `${SAYS} [b]`]],
      ['gcr.io/app', 'Pod shop/p', [`${SAYS} [a]`]],
    ]);
  });
});
