import { expect } from 'chai';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { objectName, Owners } from '../../src/manifest/owners.ts';

const request = (kind: string, name: string | undefined, metadata?: unknown, namespace = 'shop') =>
  ({
    uid: 'u',
    kind: { group: '', version: 'v1', kind },
    operation: 'CREATE',
    namespace,
    ...(name !== undefined && { name }),
    object: { metadata },
  }) satisfies AdmissionRequest;

const controlledBy = (kind: unknown, name: unknown) => ({
  ownerReferences: [{ apiVersion: 'v1', kind, name, controller: true }],
});

describe('Owners', () => {
  for (const [what, added, owner] of [
    ['nothing controls', request('Pod', 'a'), 'Pod shop/a'],
    ['has no metadata', { ...request('Pod', 'a'), object: undefined }, 'Pod shop/a'],
    ['has a name made', request('Pod', undefined, { generateName: 'a-' }), 'Pod shop/a-*'],
    ['has no name', request('Pod', undefined), 'Pod shop'],
    ['a ReplicaSet controls', request('Pod', 'a', controlledBy('ReplicaSet', 'r')), 'ReplicaSet shop/r'],
    [
      'something owns, but does not control',
      request('Pod', 'a', { ownerReferences: [{ kind: 'Team', name: 't' }] }),
      'Pod shop/a',
    ],
    [
      'has the controller second',
      request('Pod', 'a', {
        ownerReferences: [{ kind: 'Team', name: 't' }, ...controlledBy('Job', 'j').ownerReferences],
      }),
      'Job shop/j',
    ],
    ['has references that are no list', request('Pod', 'a', { ownerReferences: 'x' }), 'Pod shop/a'],
    ['has references that are no objects', request('Pod', 'a', { ownerReferences: [null, 1] }), 'Pod shop/a'],
    ['a node made', request('Pod', 'a', controlledBy('Node', 'n')), 'Pod shop/a'],
    ['is in no namespace', request('Pod', 'a', undefined, ''), 'Pod a'],
    ['would forge a line', request('Pod', 'a\nb'), 'Pod shop/a\\u{A}b'],
  ] as const) {
    it(`names what ${what} ${owner}`, () => {
      expect(objectName(new Owners().add(added))).to.equal(owner);
    });
  }

  it('finds the top of a chain, whatever came first, and names what is not there by its reference', () => {
    const owners = new Owners();
    const chain = [
      request('Pod', 'p', controlledBy('Job', 'j')),
      request('Job', 'j', controlledBy('CronJob', 'c')),
      request('Pod', 'q', controlledBy('ReplicaSet', 'r')),
      request('ReplicaSet', 'r', controlledBy('Deployment', 'd'), 'other'),
    ];
    expect(chain.map((added) => owners.add(added)).map((owner) => objectName(owners.topOf(owner)))).to.deep.equal([
      'CronJob shop/c',
      'CronJob shop/c',
      'ReplicaSet shop/r',
      'Deployment other/d',
    ]);
  });

  it('ends where they control each other', () => {
    const owners = new Owners();
    const [a, b] = [
      owners.add(request('Set', 'a', controlledBy('Set', 'b'))),
      owners.add(request('Set', 'b', controlledBy('Set', 'a'))),
    ];
    expect([a, b].map((owner) => objectName(owners.topOf(owner)))).to.have.members(['Set shop/a', 'Set shop/b']);
  });

  it('knows an object by another version of its API, and tells groups apart', () => {
    const owners = new Owners();
    const as = (group: string, version: string) => ({ ...request('Set', 'a'), kind: { group, version, kind: 'Set' } });
    const first = owners.add(as('b.c', 'v1'));
    expect(owners.add(as('b.c', 'v2')))
      .to.equal(first)
      .and.to.deep.include({ apiVersion: 'b.c/v1', name: 'a' });
    expect(owners.add(as('', 'v1'))).to.not.equal(first);
  });
});
