import { expect } from 'chai';
import { parseReference } from '../../src/image/reference.ts';
import { registryPatterns } from '../../src/rule/registry-patterns.ts';
import { imagePatterns } from '../../src/rule/image-patterns.ts';
import { BAD_REGISTRIES } from './bad-registries.ts';
import { expectBadEntries, expectBadEntry } from './expect-bad-entry.ts';
import { expectMatches, expectRoomForLongest } from './expect-matches.ts';

interface Case {
  readonly entries: readonly string[];
  readonly matching: readonly string[];
  readonly others: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'a host is the whole host': {
    entries: ['docker.io', 'gcr.io'],
    matching: ['docker.io/nginx', 'docker.io/acme/app:1', 'gcr.io/a', 'gcr.io/a/b/c@sha256:' + 'a'.repeat(64)],
    others: ['quay.io/a', 'eu.gcr.io/a', 'evilgcr.io/a', 'gcr.io.evil.com/a', 'gcr.i/a', 'localhost/gcr.io/a'],
  },
  'a port belongs to the host': {
    entries: ['docker.io', 'localhost:5000', 'gcr.io:443'],
    matching: ['localhost:5000/app', 'localhost:5000/app:5000', 'gcr.io:443/a'],
    others: ['docker.io:443/nginx', 'localhost/app', 'localhost:5001/app', 'localhost:50000/app', 'gcr.io/a'],
  },
  'localhost may do without a dot and a port': {
    entries: ['localhost'],
    matching: ['localhost/app'],
    others: ['localhost:5000/app', 'localhost.evil.com/app'],
  },
  'a name in the cluster, with its port': {
    entries: ['registry:5000'],
    matching: ['registry:5000/app'],
    others: ['registry:5001/app', 'registry.io/app', 'other:5000/app'],
  },
  'an address': {
    entries: ['10.0.0.1:5000', '[::1]:5000', '[fe80::1]'],
    matching: ['10.0.0.1:5000/app', '[::1]:5000/app', '[fe80::1]/app'],
    others: ['10.0.0.1/app', '10.0.0.10:5000/app', '[::1]/app', '[::2]:5000/app'],
  },
  'Docker Hub has two names, and its official images are in library': {
    entries: ['docker.io/library'],
    matching: [
      'docker.io/nginx',
      'docker.io/library/nginx:1',
      'index.docker.io/nginx',
      'index.docker.io/library/nginx',
    ],
    others: ['docker.io/acme/nginx', 'docker.io/library-evil/nginx', 'registry-1.docker.io/library/nginx'],
  },
  'an account of Docker Hub': {
    entries: ['docker.io/acme'],
    matching: ['docker.io/acme/app', 'index.docker.io/acme/app:1', 'docker.io/acme/team/app'],
    others: ['docker.io/acme', 'docker.io/acme-evil/app', 'docker.io/nginx', 'docker.io/x/acme'],
  },
  'registry-1.docker.io only if it is listed': {
    entries: ['registry-1.docker.io'],
    matching: ['registry-1.docker.io/library/nginx'],
    others: ['docker.io/nginx', 'index.docker.io/nginx'],
  },
  'a path ends at a slash': {
    entries: ['gcr.io/acme', 'quay.io/a/b', 'localhost:5000/x'],
    matching: [
      'gcr.io/acme/app',
      'gcr.io/acme/team/app:1',
      'gcr.io/acme',
      'quay.io/a/b',
      'quay.io/a/b/c',
      'localhost:5000/x/y',
    ],
    others: [
      'gcr.io/acme-evil/app',
      'gcr.io/acmeevil',
      'gcr.io/app',
      'gcr.io/x/acme',
      'quay.io/a',
      'quay.io/a/bc',
      'localhost/x/y',
    ],
  },
  'a host beside paths of it': {
    entries: ['gcr.io/acme', 'gcr.io'],
    matching: ['gcr.io/acme/app', 'gcr.io/other'],
    others: ['quay.io/acme/app'],
  },
  'several paths of a host': {
    entries: ['gcr.io/a', 'gcr.io/b/c'],
    matching: ['gcr.io/a/x', 'gcr.io/b/c'],
    others: ['gcr.io/b', 'gcr.io/c'],
  },
  'a wildcard stands for one or more whole labels': {
    entries: ['*.gcr.io'],
    matching: ['eu.gcr.io/a', 'a.b.gcr.io/a', 'x-y.gcr.io/a/b:1'],
    others: ['gcr.io/a', 'evilgcr.io/a', 'eu.gcr.io:5000/a', 'eu.gcr.io.evil.com/a', 'evil.com/eu.gcr.io/a', 'io/a'],
  },
  'a wildcard with a port': {
    entries: ['*.gcr.io:5000'],
    matching: ['eu.gcr.io:5000/a'],
    others: ['eu.gcr.io/a', 'gcr.io:5000/a', 'eu.gcr.io:50000/a'],
  },
  'a wildcard with a path': {
    entries: ['*.gcr.io/acme'],
    matching: ['eu.gcr.io/acme/app', 'a.b.gcr.io/acme'],
    others: ['eu.gcr.io/other', 'eu.gcr.io/acme-evil/app', 'gcr.io/acme/app'],
  },
  'wildcards of all lengths': {
    entries: ['*.io', '*.a.b.c.example.com', '*.amazonaws.com/prod'],
    matching: ['gcr.io/a', 'x.y.io/a', 'z.a.b.c.example.com/x', '1.dkr.ecr.us-east-1.amazonaws.com/prod/x'],
    others: ['a.b.c.example.com/x', 'x.b.c.example.com/x', 'example.com/x', 'x.amazonaws.com/dev/x', 'gcr.iox/a'],
  },
  'a wildcard does not stand for the other name of Docker Hub': {
    entries: ['*.docker.io'],
    matching: ['registry-1.docker.io/library/nginx'],
    others: ['docker.io/nginx', 'index.docker.io/nginx'],
  },
  'an unqualified reference is compared as one of Docker Hub': {
    entries: ['docker.io/library', 'gcr.io'],
    matching: ['nginx', 'nginx:1', 'library/nginx'],
    others: ['acme/app', 'gcr/app'],
  },
  everything: {
    entries: ['*'],
    matching: ['nginx', 'acme/app', 'docker.io/nginx', 'localhost:5000/app', 'evil.com/x'],
    others: [],
  },
  'nothing that a plain object has by itself': {
    entries: ['gcr.io/acme'],
    matching: [],
    others: ['constructor', 'gcr.io/constructor', 'gcr.io/constructor/x', 'constructor:1/x'],
  },
  'names that a plain object has by itself': {
    entries: ['constructor:1', 'gcr.io/constructor'],
    matching: ['constructor:1/x', 'gcr.io/constructor/x'],
    others: ['constructor/x', 'gcr.io/tostring', 'hasownproperty:1/x'],
  },
};

describe('registryPatterns', () => {
  for (const [name, { entries, matching, others }] of Object.entries(CASES)) {
    it(`${name}: ${entries.join(', ')}`, () => {
      expectMatches(registryPatterns(entries), matching, others);
    });
  }

  it('tells whether all is allowed, unqualified references too', () => {
    expect(registryPatterns(['*']).matchesAll).to.equal(true);
    expect(registryPatterns(['docker.io', '*.io']).matchesAll).to.equal(false);
  });

  it('has room for the longest path that an image can have', () => expectRoomForLongest(registryPatterns));

  it('finds one of a thousand', () => {
    const { matches } = registryPatterns(
      Array.from({ length: 1000 }, (_, index) => `r${index}.example.com/team-${index}`),
    );
    expect(matches(parseReference('r999.example.com/team-999/app:1'))).to.equal(true);
    expect(matches(parseReference('r999.example.com/team-998/app:1'))).to.equal(false);
  });

  for (const [entry, remedy] of BAD_REGISTRIES) {
    it(`refuses ${JSON.stringify(entry.slice(0, 30))}: ${remedy}`, () => {
      expectBadEntry(registryPatterns, ['docker.io', entry], {
        expected: 'a registry, such as gcr.io, gcr.io/acme, *.gcr.io or localhost:5000',
        remedy,
      });
    });
  }

  it('tells all bad entries', () => {
    expectBadEntries(registryPatterns, ['', 'gcr.io', '*', 'x'], [0, 2, 3]);
  });

  for (const written of [
    'nginx',
    'index.docker.io/nginx',
    'registry-1.docker.io/library/nginx',
    'docker.io:443/nginx',
    'gcr.io/a',
  ]) {
    it(`compares what ${written} has as normalized, and so do repositories that are allowed`, () => {
      const image = parseReference(written);
      const { registry, repository } = image.normalized;
      expect(registryPatterns([`${registry}/${repository}`]).matches(image)).to.equal(true);
      const options = { unqualified: 'docker.io' } as const;
      expect(imagePatterns([`${registry}/${repository}`], options).matches(image)).to.equal(true);
    });
  }

  it('looks at registry and repository alone', () => {
    const { matches } = registryPatterns(['docker.io/library']);
    expect(matches({ registry: undefined, repository: 'nginx' })).to.equal(true);
    expect(matches({ ...parseReference('nginx'), registry: 'gcr.io' })).to.equal(false);
  });
});
