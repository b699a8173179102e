import { expect } from 'chai';
import rule from '../../rules/registry-mirror.ts';
import { judgedCases } from './judged-cases.ts';
import { optionMistakes } from './option-mistakes.ts';
import { at, locationOf } from '../mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const MIRRORS = [
  { registry: 'docker.io', mirror: 'mirror.example.com/hub' },
  { registry: 'quay.io', mirror: 'quay.mirror.example.com:5000' },
  { registry: 'gcr.io', mirror: 'gcr.io/mirror' },
];

interface Case {
  readonly options: Readonly<Record<string, unknown>>;
  /** The image, and the reference to write in its place. */
  readonly denied: readonly (readonly [image: string, reference: string])[];
  readonly allowed: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
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
  'by default': { options: {}, denied: [], allowed: ['nginx', 'docker.io/nginx:1', 'gcr.io/app'] },
};

const HOST = 'the host of a registry, such as docker.io or registry.example.com:5000';
const HUB = 'It is another name of docker.io, and read as that: write docker.io.';
const ALONE = 'Write the host alone: a mirror has all of a registry.';

/** A bad entry after a good one, and what is said about it. */
const BAD: readonly (readonly [registry: string, mirror: string, found: string, remedy: string, expected?: string])[] =
  [
    ['docker.io/library', 'm.io', 'docker.io/library', ALONE, HOST],
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
    ['quay.io', 'ghcr.io/quay', 'ghcr.io/quay', 'Write where its images come from in the end.'],
    ['quay.io', 'ghcr.io:443/quay', 'ghcr.io:443/quay', 'Write where its images come from in the end.'],
    ['quay.io:443', 'quay.io', 'quay.io', 'Write where its images come from in the end.'],
    ['docker.io', 'registry-1.docker.io', 'registry-1.docker.io', 'Write where its images come from in the end.'],
    ['quay.io', 'index.docker.io/x', 'index.docker.io/x', HUB],
  ];

describe('registry-mirror', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('registry-mirror');
  });

  // What it says to write is allowed.
  const groups = Object.entries(CASES).map(
    ([name, { options, denied, allowed }]) =>
      [
        name,
        {
          options,
          denied: denied.map(([image]) => image),
          allowed: [...new Set([...allowed, ...denied.map(([, reference]) => reference)])],
          references: new Map(denied),
        },
      ] as const,
  );
  judgedCases(
    rule,
    Object.fromEntries(groups),
    (image, { references }) => `nginx image does not come from its mirror! (${image}). Write ${references.get(image)}.`,
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
