import { expect } from 'chai';
import rule from '../../rules/registry-mirror.ts';
import { parseReference } from '../../src/image/reference.ts';
import type { RegistryMirror } from '../../src/rule/registry-mirrors.ts';
import type { RuleContext } from '../../src/rule/rule.ts';
import { optionMistakes } from './option-mistakes.ts';
import { replacedCases, type ReplacedCases } from './replaced-cases.ts';
import { at, locationOf } from '../mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const MIRRORS = [
  { registry: 'docker.io', mirror: 'mirror.example.com/hub' },
  { registry: 'quay.io', mirror: 'quay.mirror.example.com:5000' },
  { registry: 'gcr.io', mirror: 'gcr.io/mirror' },
];

const CASES: Readonly<Record<string, ReplacedCases>> = {
  'with mirrors': {
    options: { mirrors: MIRRORS },
    denied: [
      ['nginx', 'mirror.example.com/hub/library/nginx'],
      ['nginx:1.27', 'mirror.example.com/hub/library/nginx:1.27'],
      ['library/nginx:1.27', 'mirror.example.com/hub/library/nginx:1.27'],
      ['docker.io/nginx:1.27', 'mirror.example.com/hub/library/nginx:1.27'],
      ['index.docker.io/acme/app', 'mirror.example.com/hub/acme/app'],
      [`docker.io/acme/app@${DIGEST}`, `mirror.example.com/hub/acme/app@${DIGEST}`],
      [`acme/app:1@${DIGEST}`, `mirror.example.com/hub/acme/app:1@${DIGEST}`],
      ['quay.io/app:1', 'quay.mirror.example.com:5000/app:1'],
      ['quay.io/a/b/c', 'quay.mirror.example.com:5000/a/b/c'],
      ['gcr.io/acme/app:1', 'gcr.io/mirror/acme/app:1'],
      ['gcr.io/mirrored/app:1', 'gcr.io/mirror/mirrored/app:1'],
      // With the default port they are the same.
      ['docker.io:443/nginx:1', 'mirror.example.com/hub/library/nginx:1'],
      ['index.docker.io:443/acme/app:1', 'mirror.example.com/hub/acme/app:1'],
      ['quay.io:443/app:1', 'quay.mirror.example.com:5000/app:1'],
      ['gcr.io:0443/acme/app:1', 'gcr.io/mirror/acme/app:1'],
      // Docker Hub has more names.
      ['registry-1.docker.io/library/nginx:1', 'mirror.example.com/hub/library/nginx:1'],
      ['registry-1.docker.io:443/nginx:1', 'mirror.example.com/hub/library/nginx:1'],
      [`registry.hub.docker.com/acme/app:1@${DIGEST}`, `mirror.example.com/hub/acme/app:1@${DIGEST}`],
    ],
    allowed: [
      'mirror.example.com/hub/library/nginx:1.27',
      'mirror.example.com/other/app:1',
      'quay.mirror.example.com:5000/app:1',
      'gcr.io/mirror/acme/app:1',
      // What no mirror serves is the business of other rules.
      'ghcr.io/acme/app:1',
      'registry-1.docker.io:5000/library/nginx:1',
      'docker.io:5000/nginx:1',
      'gcr.io:443/mirror/acme/app:1',
      'eu.gcr.io/acme/app:1',
      'constructor:1/x:1',
    ],
  },
  'of one image each': {
    options: {
      mirrors: [
        { registry: 'quay.io/acme/app', mirror: 'm.io/app' },
        { registry: 'ghcr.io/acme/app', mirror: 'docker.io/acme/app' },
        { registry: 'ghcr.io/acme/web', mirror: 'm.io' },
        // Read as docker.io/library/acme, an official image.
        { registry: 'gcr.io/acme/app', mirror: 'docker.io/acme' },
        { registry: 'gcr.io/acme', mirror: 'm.io/acme' },
        { registry: 'quay.io/acme/web', mirror: 'registry-1.docker.io:443/acme' },
      ],
    },
    denied: [
      ['quay.io/acme/app:1', 'm.io/app:1'],
      ['ghcr.io/acme/app:1', 'docker.io/acme/app:1'],
      ['gcr.io/acme/app:1', 'm.io/acme/app:1'],
      ['gcr.io/acme/app/x:1', 'docker.io/acme/x:1'],
    ],
    allowed: ['ghcr.io/acme/web:1', 'quay.io/acme/web:1'],
  },
  'with unqualified: untrusted': {
    options: { mirrors: MIRRORS, unqualified: 'untrusted' },
    denied: [
      ['docker.io/nginx:1', 'mirror.example.com/hub/library/nginx:1'],
      ['registry-1.docker.io/library/nginx:1', 'mirror.example.com/hub/library/nginx:1'],
    ],
    allowed: ['nginx:1', 'acme/app:1'],
  },
  'with unqualified: docker.io': {
    options: { mirrors: MIRRORS, unqualified: 'docker.io' },
    denied: [['nginx:2', 'mirror.example.com/hub/library/nginx:2']],
    allowed: ['ghcr.io/acme/app:2'],
  },
  'with the default port in the entries': {
    options: {
      mirrors: [
        { registry: 'quay.io:443', mirror: 'm.io:443/quay' },
        { registry: 'gcr.io', mirror: 'gcr.io:443/mirror' },
      ],
    },
    denied: [
      ['quay.io/app:1', 'm.io:443/quay/app:1'],
      ['quay.io:443/app:1', 'm.io:443/quay/app:1'],
      ['gcr.io:443/app:1', 'gcr.io:443/mirror/app:1'],
    ],
    allowed: ['quay.io:5000/app:1', 'gcr.io/mirror/app:1', 'm.io/quay/app:1'],
  },
  'with another name of Docker Hub in the entries': {
    options: {
      mirrors: [
        { registry: 'registry-1.docker.io', mirror: 'registry.hub.docker.com/mirror' },
        { registry: 'quay.io', mirror: 'm.io' },
      ],
    },
    denied: [
      ['nginx:1', 'registry.hub.docker.com/mirror/library/nginx:1'],
      ['docker.io/acme/app:1', 'registry.hub.docker.com/mirror/acme/app:1'],
      ['registry-1.docker.io/acme/app:1', 'registry.hub.docker.com/mirror/acme/app:1'],
    ],
    allowed: ['docker.io/mirror/acme/app:1', 'mirror/library/nginx:1'],
  },
  'with paths': {
    options: {
      mirrors: [
        { registry: 'docker.io', mirror: 'm.io/hub', except: ['docker.io/bitnamilegacy/**', 'docker.io/acme/own'] },
        { registry: 'docker.io/bitnami', mirror: 'docker.io/bitnamilegacy' },
        { registry: 'quay.io:8443/team', mirror: 'm.io:5000/quay/team' },
        { registry: 'quay.io:8443/team/app', mirror: 'm.io/apps/app' },
        { registry: 'gcr.io/acme', mirror: 'm.io' },
      ],
    },
    denied: [
      // The named mistakes of other engines: library/ lost, the account dropped, a port taken for a tag.
      ['nginx:1', 'm.io/hub/library/nginx:1'],
      ['acme/app:1', 'm.io/hub/acme/app:1'],
      ['quay.io:8443/team/tool:1', 'm.io:5000/quay/team/tool:1'],
      // The longest counts, by whole components.
      ['bitnami/redis:7', 'docker.io/bitnamilegacy/redis:7'],
      ['docker.io/bitnami2/redis:7', 'm.io/hub/bitnami2/redis:7'],
      ['quay.io:8443/team/app:1', 'm.io/apps/app:1'],
      ['quay.io:8443/team/app/debug:1', 'm.io/apps/app/debug:1'],
      ['quay.io:8443/team/apps:1', 'm.io:5000/quay/team/apps:1'],
      ['gcr.io/acme/app', 'm.io/app'],
      // A tag beside a digest stays.
      [`bitnami/redis:7@${DIGEST}`, `docker.io/bitnamilegacy/redis:7@${DIGEST}`],
    ],
    allowed: [
      'bitnamilegacy/redis:7',
      'docker.io/acme/own:1',
      'quay.io/team/tool:1',
      'quay.io:8443/teams/tool:1',
      // Nothing would be left to write behind the mirror.
      'gcr.io/acme:1',
    ],
  },
  'by default': { options: {}, denied: [], allowed: ['nginx', 'docker.io/nginx:1', 'gcr.io/app'] },
};

const HOST = 'a registry or a path on it, such as docker.io, docker.io/bitnami or registry.example.com:5000';
const HUB = 'It is another name of docker.io, and read as that: write docker.io.';
const ALONE = 'Write it without "*": a mirror has all that is below it.';

/** A bad entry after a good one, and what is said about it. */
const BAD: readonly (readonly [registry: string, mirror: string, found: string, remedy: string, expected?: string])[] =
  [
    ['*.gcr.io', 'm.io', '*.gcr.io', ALONE, HOST],
    ['*', 'm.io', '*', ALONE, HOST],
    ['', 'm.io', '', 'Remove the empty entry; "*" alone allows every registry.'],
    ['https://docker.io', 'm.io', 'https://docker.io', 'Remove the scheme.'],
    [
      'quay',
      'm.io',
      'quay',
      'A registry has a dot or a port (only localhost may do without): write the whole host name.',
    ],
    ['index.docker.io', 'm.io', 'index.docker.io', HUB],
    ['ghcr.io', 'm.io', 'ghcr.io', 'Entry 1 has its mirror.', 'a registry that has no mirror yet'],
    ['ghcr.io:443', 'm.io', 'ghcr.io:443', 'Entry 1 has its mirror.', 'a registry that has no mirror yet'],
    [
      'quay.io',
      '*.m.io',
      '*.m.io',
      'References begin with it: write it without "*".',
      'a mirror, such as mirror.example.com or mirror.example.com/hub',
    ],
    ['quay.io', 'https://m.io', 'https://m.io', 'Remove the scheme.'],
    ['quay.io', 'm.io/', 'm.io/', 'Remove the trailing "/".'],
    ['quay.io', 'm.io/Hub', 'm.io/Hub', 'Write it in lower case.'],
    ['quay.io', 'm.io/hub:1', 'm.io/hub:1', 'An entry has no tag and no digest: remove it.'],
    [
      'quay.io',
      'quay.io',
      'quay.io',
      'Write where its images come from in the end.',
      'a mirror that has no mirror itself',
    ],
    [
      'quay.io',
      'ghcr.io',
      'ghcr.io',
      'Write where its images come from in the end.',
      'a mirror that has no mirror itself',
    ],
    [
      'quay.io',
      'ghcr.io/quay',
      'ghcr.io/quay',
      'Write where its images come from in the end, or add ghcr.io/quay/** to the except of ghcr.io.',
    ],
    [
      'quay.io',
      'ghcr.io:443/quay',
      'ghcr.io:443/quay',
      'Write where its images come from in the end, or add ghcr.io:443/quay/** to the except of ghcr.io.',
    ],
    ['quay.io:443', 'quay.io', 'quay.io', 'Write where its images come from in the end.'],
    ['docker.io', 'registry-1.docker.io', 'registry-1.docker.io', 'Write where its images come from in the end.'],
    ['quay.io', 'index.docker.io/x', 'index.docker.io/x', HUB],
  ];

const END = 'Write where its images come from in the end';

type Mirrors = readonly Readonly<Record<string, unknown>>[];

const LEGACY = { registry: 'docker.io/bitnami', mirror: 'docker.io/bitnamilegacy' };

/** Where one mirror's images would have a mirror again. */
const LOOPS: readonly (readonly [name: string, mirrors: Mirrors, remedy: string])[] = [
  [
    'a mirror that is mirrored as a part of its registry',
    [{ registry: 'docker.io', mirror: 'm.io/hub' }, LEGACY],
    `${END}, or add docker.io/bitnamilegacy/** to the except of docker.io.`,
  ],
  [
    'a mirror a part of which is mirrored',
    [
      { registry: 'quay.io', mirror: 'm.io' },
      { registry: 'm.io/old', mirror: 'n.io/new' },
    ],
    'm.io/old, which is below it, has one: write where its images come from in the end.',
  ],
  [
    'a path at its own registry',
    [{ registry: 'docker.io/acme', mirror: 'docker.io' }],
    'docker.io/acme, which is below it, has one: write where its images come from in the end.',
  ],
  [
    'a mirror that an exception has by another port alone',
    [
      { registry: 'quay.io', mirror: 'm.io', except: ['quay.io/old/**'] },
      { registry: 'gcr.io', mirror: 'quay.io:443/old' },
    ],
    `${END}, or add quay.io:443/old/** to the except of quay.io.`,
  ],
  [
    'a mirror of which only some images are excepted',
    [{ registry: 'docker.io', mirror: 'm.io/hub', except: ['docker.io/bitnamilegacy/*'] }, LEGACY],
    `${END}, or add docker.io/bitnamilegacy/** to the except of docker.io.`,
  ],
];

const NO_LOOPS: readonly (readonly [name: string, mirrors: Mirrors])[] = [
  ['a mirror within its registry', [{ registry: 'gcr.io', mirror: 'gcr.io/mirror' }]],
  ['a path of a registry elsewhere in it', [LEGACY]],
  [
    'a mirror that is excepted',
    [{ registry: 'docker.io', mirror: 'm.io', except: ['docker.io/bitnamilegacy/**'] }, LEGACY],
  ],
  [
    'a mirror within that of another',
    [
      { registry: 'docker.io', mirror: 'docker.io/mirrored' },
      { registry: 'quay.io', mirror: 'docker.io/mirrored/quay' },
    ],
  ],
];

/** The rule under options, with its schema's defaults left out. */
function preparedRule(options: { readonly mirrors: readonly RegistryMirror[] }) {
  const prepared = rule.prepare!({ unqualified: 'docker.io', ...options } as never);
  const context = {} as RuleContext; // which it does not read
  return {
    check: (image: string) => rule.check(parseReference(image), prepared, context),
    rewrite: (image: string) => rule.rewrite!(parseReference(image), prepared, context),
  };
}

describe('registry-mirror', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('registry-mirror');
  });

  replacedCases(
    rule,
    CASES,
    (image, reference) => `nginx image does not come from its mirror! (${image}). Write ${reference}.`,
  );

  for (const [registry, mirror, found, remedy, expected] of BAD) {
    it(`refuses ${registry} at ${mirror}: ${remedy}`, () => {
      const mirrors = [
        { registry: 'ghcr.io', mirror: 'mirror.example.com/github' },
        { registry, mirror },
      ];
      const [mistake, ...others] = optionMistakes('registry-mirror', { mirrors });
      expect(mistake).to.deep.include({
        code: 'option-invalid',
        ...at('mirrors (test), entry 2'),
        found: JSON.stringify(found),
        remedy,
      });
      if (expected !== undefined) expect(mistake?.expected).to.equal(expected);
      expect(others).to.deep.equal([]);
    });
  }

  it('refuses Docker Hub twice, by whatever names', () => {
    const mirrors = ['docker.io', 'registry.hub.docker.com:443'].map((registry) => ({ registry, mirror: 'm.io' }));
    expect(optionMistakes('registry-mirror', { mirrors })).to.have.length(1);
    expect(optionMistakes('registry-mirror', { mirrors })[0]).to.include({ remedy: 'Entry 1 has its mirror.' });
  });

  for (const [name, mirrors, remedy] of LOOPS) {
    it(`refuses ${name}`, () => {
      const [mistake, ...others] = optionMistakes('registry-mirror', { mirrors });
      expect(mistake).to.include({ expected: 'a mirror that has no mirror itself', remedy });
      expect(others).to.deep.equal([]);
    });
  }

  for (const [name, mirrors] of NO_LOOPS) {
    it(`takes ${name}`, () => {
      expect(optionMistakes('registry-mirror', { mirrors })).to.deep.equal([]);
    });
  }

  for (const image of [`nginx:1@${DIGEST}`, `nginx@${DIGEST}`]) {
    it(`denies ${image}, where its mirror serves no digests`, () => {
      const options = { mirrors: [{ registry: 'docker.io', mirror: 'm.io/hub', digests: 'refuse' as const }] };
      const { check, rewrite } = preparedRule(options);
      const tag = image.startsWith('nginx:1') ? ':1' : '';
      const remedy = `m.io/hub serves no digests: write m.io/hub/library/nginx${tag}${tag === '' ? ', and a tag' : ''}.`;
      expect(check(image)).to.deep.equal([{ problem: 'does not come from its mirror', remedy }]);
      expect(rewrite(image)).to.equal(undefined);
      expect(rewrite('nginx:1')).to.deep.equal({
        reference: 'm.io/hub/library/nginx:1',
        mapping: 'docker.io -> m.io/hub',
      });
    });
  }

  it('tells all bad entries', () => {
    const mirrors = [
      { registry: '*', mirror: 'm.io' },
      { registry: 'quay.io', mirror: 'm.io' },
      { registry: 'gcr.io', mirror: '*' },
    ];
    expect(optionMistakes('registry-mirror', { mirrors }).map(locationOf)).to.deep.equal([
      at('mirrors (test), entry 1'),
      at('mirrors (test), entry 3'),
    ]);
  });

  for (const [options, expected] of [
    [{ mirrors: [{ registry: 'docker.io' }] }, 'a value'],
    [{ mirrors: [{ mirror: 'm.io' }] }, 'a value'],
    [{ mirrors: ['docker.io'] }, 'an object'],
    [{ mirrors: [{ registry: 'docker.io', mirror: 'm.io', path: 'x' }] }, 'an option that the rule has'],
    [{ mirrors: {} }, 'a list'],
    [{ unqualified: 'gcr.io' }, 'one of untrusted, docker.io'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const [mistake, ...others] = optionMistakes('registry-mirror', options);
      expect(mistake).to.deep.include({ code: 'option-invalid', expected });
      expect(others).to.deep.equal([]);
    });
  }
});
