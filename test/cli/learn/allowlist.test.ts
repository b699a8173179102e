import { expect } from 'chai';
import { allowlist } from '../../../src/cli/learn/allowlist.ts';
import { isPublicRegistry } from '../../../src/cli/learn/public-registries.ts';
import { parseReference } from '../../../src/image/reference.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** Images with the owners of each, and the list: pattern, images, owners. */
const LISTS: readonly (readonly [
  what: string,
  images: Readonly<Record<string, string>>,
  list: readonly (readonly [pattern: string, images: number, owners: string])[],
])[] = [
  ['nothing', {}, []],
  [
    'a repository, whatever its tags',
    { 'quay.io/acme/app:1': 'a', 'quay.io/acme/app:2': 'b', [`quay.io/acme/app@${DIGEST}`]: 'ab' },
    [['quay.io/acme/app', 3, 'ab']],
  ],
  [
    'an account of a public registry that several come from',
    { 'quay.io/acme/app:1': 'a', 'quay.io/acme/x/web:1': 'b', 'quay.io/other/app:1': 'c' },
    [
      ['quay.io/acme/**', 2, 'ab'],
      ['quay.io/other/app', 1, 'c'],
    ],
  ],
  [
    'a registry that is not public as a whole',
    {
      'registry.example.com/shop/app:1': 'a',
      'registry.example.com/web:1': 'b',
      'registry.example.com:5000/web:1': 'c',
    },
    [
      ['registry.example.com/**', 2, 'ab'],
      ['registry.example.com:5000/web', 1, 'c'],
    ],
  ],
  [
    'Docker Hub by all names that runtimes read as it',
    {
      nginx: 'a',
      'index.docker.io/library/redis:1': 'a',
      'docker.io/acme/app:1': 'a',
      'registry-1.docker.io/a/b': 'b',
    },
    [
      ['docker.io/acme/app', 1, 'a'],
      ['docker.io/library/**', 2, 'a'],
      ['registry-1.docker.io/a/b', 1, 'b'],
    ],
  ],
  [
    'a repository beside the account that is called like it',
    { 'ghcr.io/acme:1': 'a', 'ghcr.io/acme/app:1': 'a', 'ghcr.io/acme/web:1': 'a' },
    [
      ['ghcr.io/acme', 1, 'a'],
      ['ghcr.io/acme/**', 2, 'a'],
    ],
  ],
  [
    'repositories without an account each for itself',
    { 'registry.k8s.io/pause:3': 'a', 'registry.k8s.io/etcd:3': 'a' },
    [
      ['registry.k8s.io/etcd', 1, 'a'],
      ['registry.k8s.io/pause', 1, 'a'],
    ],
  ],
  [
    'those that more owners need first',
    { 'quay.io/a/a:1': 'a', 'quay.io/b/b:1': 'ab', 'quay.io/c/c:1': 'abc', 'quay.io/c/c:2': 'a' },
    [
      ['quay.io/c/c', 2, 'abc'],
      ['quay.io/b/b', 1, 'ab'],
      ['quay.io/a/a', 1, 'a'],
    ],
  ],
];

describe('allowlist', () => {
  for (const [what, images, list] of LISTS) {
    it(`has ${what}`, () => {
      const seen = Object.entries(images).map(([raw, owners]) => ({
        reference: parseReference(raw),
        owners: new Set(owners),
      }));
      const entries = allowlist(seen).map((entry) => [entry.pattern, entry.images, [...entry.owners].join('')]);
      expect(entries).to.deep.equal(list);
    });
  }
});

describe('isPublicRegistry', () => {
  for (const [registry, isPublic] of [
    ['docker.io', true],
    ['docker.io:443', true],
    ['eu.gcr.io', true],
    ['europe-docker.pkg.dev', true],
    ['rg.fr-par.scw.cloud', true],
    ['evilgcr.io', false],
    ['docker.io.example.com', false],
    ['123456789123.dkr.ecr.eu-west-1.amazonaws.com', false],
    ['acme.azurecr.io', false],
    ['localhost:5000', false],
    ['[::1]:5000', false],
  ] as const) {
    it(`says ${isPublic} of ${registry}`, () => {
      expect(isPublicRegistry(registry)).to.equal(isPublic);
    });
  }
});
