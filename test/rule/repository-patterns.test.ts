import { expect } from 'chai';
import * as fc from 'fast-check';
import { DOCKER_HUB_HOSTS } from '../../src/image/docker-hub.ts';
import { normalizedRegistry, normalizedRepository, parseReference } from '../../src/image/reference.ts';
import { InvalidEntriesError } from '../../src/rule/invalid-entries-error.ts';
import { repositoryPatterns } from '../../src/rule/repository-patterns.ts';
import type { Purpose } from '../../src/rule/registry-reading.ts';
import { BAD_REPOSITORIES } from './bad-repositories.ts';
import { fastest } from '../fastest.ts';

interface Case {
  readonly entries: readonly string[];
  readonly unqualified?: 'untrusted' | 'docker.io';
  readonly purpose?: Purpose;
  readonly matching: readonly string[];
  readonly others: readonly string[];
}

/** All ways to write one image of Docker Hub. */
function namesOfHub(repository: string): readonly string[] {
  return [
    repository,
    ...DOCKER_HUB_HOSTS.flatMap((host) => [host, `${host}:443`]).map((host) => `${host}/${repository}`),
  ];
}

const CASES: Readonly<Record<string, Case>> = {
  'a literal repository': {
    entries: ['ghcr.io/acme/app'],
    matching: ['ghcr.io/acme/app', 'ghcr.io/acme/app:1', `ghcr.io/acme/app:1@sha256:${'a'.repeat(64)}`],
    others: [
      'ghcr.io/acme/app/x',
      'ghcr.io/acme',
      'ghcr.io/app',
      'ghcr.io/acme/apps',
      'ghcr.io/acme/ap',
      'ghcr.io/x/acme/app',
      'ghcr.io:443/acme/app',
      'x.ghcr.io/acme/app',
      'acme/app',
      'ghcr.io.evil.com/acme/app',
      'evil.com/ghcr.io/acme/app',
    ],
  },
  'a star within a component': {
    entries: ['ghcr.io/acme/app-*', 'ghcr.io/*-team/x', 'ghcr.io/a*z/*b*/c'],
    matching: [
      'ghcr.io/acme/app-1',
      'ghcr.io/acme/app-a-b',
      'ghcr.io/our-team/x',
      'ghcr.io/az/b/c',
      'ghcr.io/a.z/abc/c',
    ],
    others: [
      'ghcr.io/acme/app',
      'ghcr.io/acme/app-1/x',
      'ghcr.io/acme/x/app-1',
      'ghcr.io/team/x',
      'ghcr.io/a/z/b/c',
      'ghcr.io/az/b',
    ],
  },
  'a star that is a component': {
    entries: ['docker.io/library/*', 'gcr.io/*/app', 'quay.io/*'],
    matching: ['docker.io/nginx', 'docker.io/library/nginx', 'index.docker.io/nginx', 'gcr.io/acme/app', 'quay.io/app'],
    others: [
      'docker.io/acme/app',
      'docker.io/library/nginx/x',
      'gcr.io/app',
      'gcr.io/acme/team/app',
      'gcr.io/acme/app/x',
      'quay.io/acme/app',
    ],
  },
  'two stars at the end': {
    entries: ['ghcr.io/acme/**', 'quay.io/**'],
    matching: ['ghcr.io/acme/app', 'ghcr.io/acme/a/b/c', 'quay.io/app', 'quay.io/a/b'],
    others: ['ghcr.io/acme', 'ghcr.io/acme-evil/app', 'ghcr.io/evil/acme/app', 'x.quay.io/app'],
  },
  'two stars at the beginning': {
    entries: ['ghcr.io/**/app'],
    matching: ['ghcr.io/a/app', 'ghcr.io/a/b/app', 'ghcr.io/app/app'],
    others: ['ghcr.io/app', 'ghcr.io/a/app/x', 'ghcr.io/a/my-app'],
  },
  'two stars in the middle': {
    entries: ['ghcr.io/acme/**/app-*'],
    matching: ['ghcr.io/acme/a/app-1', 'ghcr.io/acme/a/b/app-1', 'ghcr.io/acme/app-1/app-2'],
    others: ['ghcr.io/acme/app-1', 'ghcr.io/acme/a/app-1/x', 'ghcr.io/x/a/app-1'],
  },
  'two stars more than once': {
    entries: ['ghcr.io/**/a/b/**/c', 'quay.io/**/**', 'gcr.io/**/x/**'],
    matching: [
      'ghcr.io/1/a/b/2/c',
      'ghcr.io/a/a/b/b/c',
      'ghcr.io/a/b/a/b/a/b/c/c',
      'ghcr.io/a/a/a/b/c/c',
      'quay.io/a/b',
      'quay.io/a/b/c',
      'gcr.io/a/x/b',
      'gcr.io/x/x/x',
    ],
    others: [
      'ghcr.io/a/b/1/c',
      'ghcr.io/1/a/b/c',
      'ghcr.io/1/a/x/b/2/c',
      'ghcr.io/1/a/b/2',
      'quay.io/a',
      'gcr.io/x/x',
      'gcr.io/a/x',
    ],
  },
  'a wildcard of hosts': {
    entries: ['*.gcr.io/acme/*', '*.example.com:5000/**'],
    matching: ['eu.gcr.io/acme/app', 'a.b.gcr.io/acme/app', 'r.example.com:5000/x'],
    others: [
      'gcr.io/acme/app',
      'evilgcr.io/acme/app',
      'eu.gcr.io:443/acme/app',
      'eu.gcr.io/other/app',
      'r.example.com/x',
    ],
  },
  'a wildcard below Docker Hub, where no account is needed': {
    entries: ['*.docker.io/nginx'],
    matching: ['mirror.docker.io/nginx'],
    others: ['docker.io/nginx', 'index.docker.io/nginx'],
  },
  'a host and its wildcard': {
    entries: ['gcr.io/a', '*.gcr.io/b', '*.eu.gcr.io/c'],
    matching: ['gcr.io/a', 'eu.gcr.io/b', 'x.eu.gcr.io/b', 'x.eu.gcr.io/c'],
    others: ['gcr.io/b', 'eu.gcr.io/a', 'eu.gcr.io/c'],
  },
  'a port': {
    entries: ['localhost:5000/app', 'localhost/**'],
    matching: ['localhost:5000/app:1', 'localhost/a/b'],
    others: ['localhost:5001/app', 'localhost:5000'],
  },
  'purpose: allow': {
    entries: ['ghcr.io/acme/**', 'gcr.io:443/acme/**', 'docker.io/library/*', 'registry-1.docker.io/acme/app'],
    purpose: 'allow',
    matching: [
      'ghcr.io/acme/app',
      'gcr.io:443/acme/app',
      'docker.io/nginx',
      'index.docker.io/nginx',
      'registry-1.docker.io/acme/app',
    ],
    others: [
      'ghcr.io:443/acme/app',
      'gcr.io/acme/app',
      'nginx',
      'docker.io:443/nginx',
      'index.docker.io:443/nginx',
      'registry-1.docker.io/library/nginx',
      'registry.hub.docker.com/library/nginx',
      'docker.io/acme/app',
      'registry-1.docker.io:443/acme/app',
    ],
  },
  'purpose: exempt': {
    entries: ['ghcr.io/acme/**', 'gcr.io:443/acme/**', 'docker.io/library/*', '*.docker.io:443/acme/*'],
    purpose: 'exempt',
    matching: ['ghcr.io/acme/app', 'gcr.io:443/acme/app', ...namesOfHub('library/nginx'), ...namesOfHub('acme/app')],
    others: ['ghcr.io:443/acme/app', 'gcr.io/acme/app', 'docker.io:5000/nginx', 'x.docker.io/acme/app'],
  },
  'purpose: deny': {
    entries: ['ghcr.io/acme/**', '*.gcr.io/acme/*', 'quay.io:443/acme/*', 'docker.io/library/*', 'localhost:443/x'],
    purpose: 'deny',
    matching: [
      'ghcr.io/acme/app',
      'ghcr.io:443/acme/app',
      // A port is a number to those who connect to it.
      'ghcr.io:0443/acme/app:1',
      'eu.gcr.io:443/acme/app',
      'quay.io:443/acme/app',
      'quay.io/acme/app',
      'docker.io:443/nginx',
      'docker.io:443/library/nginx',
      'index.docker.io:443/nginx',
      'localhost/x',
    ],
    others: [
      'ghcr.io:80/acme/app',
      'ghcr.io:4430/acme/app',
      'ghcr.io:1443/acme/app',
      'ghcr.io:443/other/app',
      '[::443]/acme/app',
      'localhost:5000/x',
    ],
  },
  'purpose: deny, with wildcards and addresses that name the port': {
    entries: ['*.gcr.io:443/acme/*', '[2001:db8::1]:443/x'],
    purpose: 'deny',
    matching: ['eu.gcr.io/acme/app', 'eu.gcr.io:443/acme/app', '[2001:db8::1]/x', '[2001:db8::1]:443/x'],
    others: ['gcr.io:443/acme/app', 'eu.gcr.io:5000/acme/app', '[2001:db8::1]:44/x'],
  },
  ...Object.fromEntries(
    (['exempt', 'deny'] as const).flatMap((purpose) =>
      [
        'docker.io/library/nginx',
        'docker.io:443/nginx',
        'index.docker.io:443/library/nginx',
        'registry-1.docker.io/library/nginx',
        'registry-1.docker.io/nginx',
        'registry.hub.docker.com:0443/library/*',
        'registry.hub.docker.com/*',
        'registry.hub.docker.com/**',
        '*.docker.io/library/nginx',
        '*.docker.io/ngin*',
        '*.docker.com/**',
        '*.io/library/nginx',
      ].map((entry): [string, Case] => [
        `purpose: ${purpose}, Docker Hub as ${entry}`,
        {
          entries: [entry],
          purpose,
          matching: [...namesOfHub('library/nginx'), ...namesOfHub('nginx')],
          others: [
            'gcr.io/library/nginx/x',
            'docker.io:5000/library/nginx',
            'registry-2.docker.com:5000/nginx',
            'hub.docker.com.evil.com/nginx',
            'evildocker.io.com/library/nginx',
          ],
        },
      ]),
    ),
  ),
  'purpose: deny, a wildcard is no Docker Hub where it has none of its names': {
    entries: ['*.acme.docker.io/**', '*.x.docker.com/**', '*.ocker.io/**'],
    purpose: 'deny',
    matching: ['x.acme.docker.io/library/nginx'],
    others: namesOfHub('library/nginx'),
  },
  'purpose: deny, unqualified: untrusted': {
    entries: ['registry-1.docker.io/library/*'],
    purpose: 'deny',
    unqualified: 'untrusted',
    matching: ['docker.io/nginx', 'registry.hub.docker.com/nginx'],
    others: ['nginx', 'library/nginx'],
  },
  'unqualified references are from nowhere by default': {
    entries: ['docker.io/**'],
    matching: ['docker.io/nginx', 'docker.io/acme/app', 'index.docker.io/nginx'],
    others: ['nginx', 'library/nginx', 'acme/app'],
  },
  'unqualified: untrusted': {
    entries: ['docker.io/**'],
    unqualified: 'untrusted',
    matching: ['docker.io/nginx'],
    others: ['nginx'],
  },
  'unqualified: docker.io': {
    entries: ['docker.io/library/*', 'docker.io/acme/**', 'gcr.io/**'],
    unqualified: 'docker.io',
    matching: ['nginx', 'nginx:1', 'library/nginx', 'acme/app', 'docker.io/nginx', 'index.docker.io/acme/app'],
    others: ['evil/app', 'registry-1.docker.io/library/nginx', 'quay.io/acme/app'],
  },
  'the same entry twice': {
    entries: ['gcr.io/acme/*', 'gcr.io/acme/*', 'gcr.io/acme/b*'],
    matching: ['gcr.io/acme/app', 'gcr.io/acme/b'],
    others: ['gcr.io/acme'],
  },
  'nothing that a plain object has by itself': {
    entries: ['gcr.io/acme/*'],
    matching: ['gcr.io/acme/constructor'],
    others: ['constructor', 'gcr.io/constructor', 'constructor:1/acme/x'],
  },
  'no entry': {
    entries: [],
    unqualified: 'docker.io',
    matching: [],
    others: ['nginx', 'gcr.io/acme/app'],
  },
};

/** What entries mean, said once more: slow, and too short to be wrong. */
function matchesNaively(entry: string, reference: string, purpose: Purpose): boolean {
  const image = parseReference(reference);
  const [host = '', ...pattern] = entry.split('/');
  const registry = normalizedRegistry(image);
  const isHub = purpose !== 'allow' && DOCKER_HUB_HOSTS.includes(registry);
  const isAt = (name: string): boolean => (host.startsWith('*') ? name.endsWith(host.slice(1)) : name === host);
  if (!(isHub ? DOCKER_HUB_HOSTS : [registry]).some(isAt)) return false;
  return fitsNaively(pattern, normalizedRepository(image).split('/'));
}

function fitsNaively([first, ...rest]: readonly string[], components: readonly string[]): boolean {
  const [component, ...others] = components;
  if (first === undefined || component === undefined) return first === component;
  if (first === '**') return fitsNaively(rest, others) || fitsNaively(['**', ...rest], others);
  return globNaively(first, component) && fitsNaively(rest, others);
}

function globNaively(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  if (glob.startsWith('*'))
    return globNaively(glob.slice(1), text) || (text !== '' && globNaively(glob, text.slice(1)));
  return glob[0] === text[0] && globNaively(glob.slice(1), text.slice(1));
}

describe('repositoryPatterns', () => {
  for (const [name, { entries, matching, others, ...options }] of Object.entries(CASES)) {
    it(`${name}: ${entries.join(', ')}`, () => {
      const { matches } = repositoryPatterns(entries, options);
      const isMatch = (raw: string): boolean => matches(parseReference(raw));
      expect(
        matching.filter((raw) => !isMatch(raw)),
        'must match',
      ).to.deep.equal([]);
      expect(others.filter(isMatch), 'must not match').to.deep.equal([]);
    });
  }

  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
  it(`matches what its meaning says (SEED=${seed})`, () => {
    const host = fc.constantFrom('a.io', 'b.a.io', 'c.b.a.io', 'docker.io', 'registry-1.docker.io');
    const entryHost = fc.constantFrom(
      'a.io',
      'b.a.io',
      '*.a.io',
      '*.b.a.io',
      '*.io',
      'docker.io',
      '*.docker.io',
      'registry.hub.docker.com',
    );
    const purposes = fc.constantFrom<Purpose[]>('allow', 'exempt', 'deny');
    const component = fc.stringMatching(/^[ab]{1,3}$/);
    const glob = fc.stringMatching(/^[ab*]{1,3}$/).filter((text) => !text.includes('**'));
    const patterns = fc.array(fc.oneof(glob, component, fc.constant('**')), { minLength: 2, maxLength: 6 });
    const entry = fc.tuple(entryHost, patterns).map(([first, rest]) => [first, ...rest].join('/'));
    const image = fc
      .tuple(host, fc.array(component, { minLength: 2, maxLength: 7 }))
      .map(([first, rest]) => [first, ...rest].join('/'));
    let matched = 0;
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4 }), image, purposes, (entries, reference, purpose) => {
        const expected = entries.some((one) => matchesNaively(one, reference, purpose));
        if (expected) matched += 1;
        expect(repositoryPatterns(entries, { purpose }).matches(parseReference(reference))).to.equal(expected);
      }),
      { numRuns: 20_000, seed },
    );
    expect(matched).to.be.above(400);
  });

  it('has room for the longest repository that an image can have', () => {
    const longest = `a/${'b'.repeat(253)}`;
    const { matches } = repositoryPatterns([`gcr.io/${longest}`]);
    expect(matches(parseReference(`gcr.io/${longest}:1`))).to.equal(true);
    expect(() => repositoryPatterns([`gcr.io/${longest}b`])).to.throw(InvalidEntriesError, 'at most 255 characters');
  });

  const longName = `gcr.io/${'a/'.repeat(120)}b`;
  const time = (entries: readonly string[], references: readonly string[], rounds = 1): number => {
    const { matches } = repositoryPatterns(entries);
    const images = references.map(parseReference);
    return fastest(() => {
      for (let round = 0; round < rounds; round += 1) for (const image of images) matches(image);
    });
  };

  it('is no slower by a thousand entries that begin otherwise', () => {
    const entries = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => [
        `gcr.io/team-${index}/**/x-*`,
        `*.r${index}.io/**`,
        `gcr.io/a/${index}`,
      ]).flat();
    const references = ['gcr.io/team-0/a/b/y', 'gcr.io/a/b', 'eu.r0.io:1/a'];
    expect(time(entries(1000), references, 200)).to.be.below(20 * time(entries(10), references, 200));
  });

  it('grows with the number of entries, and no faster, where all begin alike', () => {
    const entries = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `gcr.io/**/a*/${'*a/'.repeat(20)}c/**/*-${index}`);
    expect(time(entries(1000), [longName])).to.be.below(60 * time(entries(100), [longName]));
  });

  it('decides what makes backtracking matchers endless', () => {
    const { matches } = repositoryPatterns([`gcr.io/${'**/a*a*/'.repeat(25)}c`, `gcr.io/${'*a'.repeat(120)}*c`]);
    expect(matches(parseReference(longName))).to.equal(false);
    expect(matches(parseReference(`gcr.io/${'a'.repeat(255)}`))).to.equal(false);
  });

  for (const [entry, remedy] of BAD_REPOSITORIES) {
    it(`refuses ${JSON.stringify(entry.slice(0, 30))}: ${remedy}`, () => {
      const list = ['docker.io/library/*', entry];
      const found = JSON.stringify(entry);
      expect(() => repositoryPatterns(list))
        .to.throw(InvalidEntriesError)
        .that.deep.includes({
          list,
          entries: [
            {
              index: 1,
              expected:
                'a registry and a pattern of repositories, such as docker.io/library/*, gcr.io/acme/** or *.gcr.io/acme/app',
              found: found.length > 80 ? `${found.slice(0, 80)}...` : found,
              remedy,
            },
          ],
        });
    });
  }

  it('tells all bad entries', () => {
    expect(() => repositoryPatterns(['', 'gcr.io/**', '*', 'x']))
      .to.throw(InvalidEntriesError)
      .with.property('message')
      .that.matches(/^entry 1: .*\nentry 3: .*\nentry 4: .*$/);
  });
});
