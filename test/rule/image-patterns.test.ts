import { expect } from 'chai';
import { DOCKER_HUB_HOSTS } from '../../src/image/docker-hub.ts';
import { parseReference } from '../../src/image/reference.ts';
import { imagePatterns } from '../../src/rule/image-patterns.ts';
import type { Purpose } from '../../src/rule/registry-reading.ts';
import { BAD_IMAGE_PATTERNS } from './bad-image-patterns.ts';
import { fastest } from '../fastest.ts';
import { expectBadEntries, expectBadEntry } from './expect-bad-entry.ts';
import { expectMatches, expectRoomForLongest } from './expect-matches.ts';

interface Case {
  readonly entries: readonly string[];
  readonly unqualified?: 'untrusted' | 'docker.io';
  readonly purpose?: Purpose;
  readonly matching: readonly string[];
  readonly others: readonly string[];
}

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;

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
  'purpose: exempt, a wildcard with the port of HTTPS, which Docker Hub is compared without': {
    entries: ['*.docker.io:443/acme/app', '*.io:443/acme/web'],
    purpose: 'exempt',
    matching: ['registry-1.docker.io:443/acme/app', 'docker.io:443/acme/web', 'quay.io:443/acme/web'],
    others: ['quay.io/acme/web', 'gcr.io/acme/app'],
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
  'a star within a label of a host': {
    entries: ['123456789123.dkr.ecr.*.amazonaws.com/**', '*-docker.pkg.dev/acme/*', 'r*x.a*.io:5000/app'],
    matching: [
      '123456789123.dkr.ecr.eu-west-1.amazonaws.com/app',
      'europe-docker.pkg.dev/acme/app',
      'rx.a.io:5000/app',
      'registry-x.acme.io:5000/app',
    ],
    others: [
      '123456789123.dkr.ecr.eu.west.amazonaws.com/app',
      '123456789123.dkr.ecr.amazonaws.com/app',
      '123456789124.dkr.ecr.eu-west-1.amazonaws.com/app',
      'evil.com/dkr.ecr.amazonaws.com/app',
      'a.europe-docker.pkg.dev/acme/app',
      'docker.pkg.dev/acme/app',
      'europe-docker.pkg.dev:443/acme/app',
      'rx.a.io/app',
      'rx.a.io:50000/app',
      'rx.a.b.io:5000/app',
    ],
  },
  'stars within labels behind whole ones': {
    entries: ['*.dkr.ecr.*.amazonaws.com/app', '*.a-*.io/x'],
    matching: ['1.dkr.ecr.eu.amazonaws.com/app', 'a.b.dkr.ecr.eu.amazonaws.com/app', 'a-1.a-2.a-3.io/x'],
    others: ['dkr.ecr.eu.amazonaws.com/app', '1.dkr.ecr.a.b.amazonaws.com/app', 'a-1.io/x', 'a.b-1.io/x'],
  },
  'any registry and path': {
    entries: ['**/*tiller*', '**/acme/app', '**/secret/**'],
    matching: [
      'gcr.io/kubernetes-helm/tiller:v2',
      'quay.io/my-tiller-2',
      'docker.io/tiller',
      'localhost:5000/a/b/c/tiller',
      'ghcr.io/acme/app',
      'eu.gcr.io/x/acme/app',
      'gcr.io/secret/a/b',
      'gcr.io/a/secret/b',
    ],
    others: [
      'gcr.io/tiller/app',
      'tiller.io/app',
      'tiller',
      'acme/app',
      'ghcr.io/acme/app/x',
      'ghcr.io/my-acme/app',
      'gcr.io/secret',
      'secret.io/x',
    ],
  },
  'every image of a registry that is written': {
    entries: ['**'],
    matching: ['docker.io/nginx', 'localhost:5000/a/b', `gcr.io/a:1@${DIGEST}`],
    others: ['nginx', 'acme/app'],
  },
  'purpose: deny, any registry, of unqualified images too': {
    entries: ['**/nginx', '**/acme/app:1'],
    purpose: 'deny',
    unqualified: 'untrusted',
    matching: ['nginx', 'library/nginx', 'docker.io/nginx', 'x.io/y/nginx', 'acme/app:1'],
    others: ['acme/app', 'redis', 'x.io/nginx/x'],
  },
  'a tag is of images without a digest, where it allows': {
    entries: ['gcr.io/a:1.2', 'gcr.io/b:v*-rc*', 'gcr.io/c:*', 'gcr.io/d:Latest'],
    matching: ['gcr.io/a:1.2', 'gcr.io/b:v1-rc', 'gcr.io/b:v-rc2', 'gcr.io/c:x', 'gcr.io/d:Latest'],
    others: [
      'gcr.io/a',
      'gcr.io/a:1.2.0',
      'gcr.io/a:1',
      `gcr.io/a:1.2@${DIGEST}`,
      `gcr.io/a@${DIGEST}`,
      'gcr.io/b:v1',
      'gcr.io/b:1-rc',
      'gcr.io/c',
      `gcr.io/c:x@${DIGEST}`,
      `gcr.io/c@${DIGEST}`,
      'gcr.io/d:latest',
      'gcr.io/d',
    ],
  },
  'a range has whole versions alone, where it allows': {
    entries: ['gcr.io/a:>=1.2.0 <2', 'gcr.io/b:^1.4 || 3.x'],
    matching: ['gcr.io/a:1.2.0', 'gcr.io/a:v1.9.9', 'gcr.io/b:1.5.0', 'gcr.io/b:3.0.1'],
    others: [
      'gcr.io/a:2.0.0',
      'gcr.io/a:1.2',
      'gcr.io/a:1.2.3-alpine',
      'gcr.io/a:latest',
      'gcr.io/a',
      `gcr.io/a:1.2.0@${DIGEST}`,
      'gcr.io/b:2.0.0',
    ],
  },
  'a digest, where it allows': {
    entries: [`gcr.io/a@${DIGEST}`, `gcr.io/b:1.2@${DIGEST}`, 'gcr.io/c:1.*@*', 'gcr.io/d@*', 'gcr.io/e:>=1@*'],
    matching: [
      `gcr.io/a@${DIGEST}`,
      `gcr.io/a:any@${DIGEST}`,
      `gcr.io/b:1.2@${DIGEST}`,
      `gcr.io/c:1.2@${OTHER}`,
      `gcr.io/d@${OTHER}`,
      `gcr.io/d:1@sha512:${'b'.repeat(128)}`,
      `gcr.io/e:1.0.0@${OTHER}`,
    ],
    others: [
      'gcr.io/a',
      'gcr.io/a:1',
      `gcr.io/a@${OTHER}`,
      `gcr.io/a/x@${DIGEST}`,
      `gcr.io/b@${DIGEST}`,
      `gcr.io/b:1.3@${DIGEST}`,
      `gcr.io/b:1.2@${OTHER}`,
      'gcr.io/b:1.2',
      'gcr.io/c:1.2',
      `gcr.io/c:2@${OTHER}`,
      'gcr.io/d:1',
      'gcr.io/e:1.0.0',
      `gcr.io/e:1.0@${OTHER}`,
    ],
  },
  'exempt is as narrow': {
    entries: ['gcr.io/a:1.2', `docker.io/library/nginx@${DIGEST}`, 'gcr.io/b:>=1'],
    purpose: 'exempt',
    matching: ['gcr.io/a:1.2', `nginx@${DIGEST}`, `registry-1.docker.io/nginx:1@${DIGEST}`, 'gcr.io/b:1.0.0'],
    others: [`gcr.io/a:1.2@${DIGEST}`, 'gcr.io/a', 'nginx', `nginx@${OTHER}`, 'gcr.io/b:1.0', 'gcr.io/b:1.0.0-alpine'],
  },
  'a tag is of all that has it, where it denies': {
    entries: ['gcr.io/a:1.2', 'gcr.io/b:latest', 'gcr.io/c:*', '**:*-rc*'],
    purpose: 'deny',
    matching: [
      'gcr.io/a:1.2',
      `gcr.io/a:1.2@${DIGEST}`,
      'gcr.io/b',
      'gcr.io/b:latest',
      'gcr.io:443/b',
      'gcr.io/c',
      'gcr.io/c:x',
      'nginx:1-rc1',
      `quay.io/x/y:1-rc@${DIGEST}`,
    ],
    others: [
      'gcr.io/a',
      'gcr.io/a:1.2.0',
      `gcr.io/a@${DIGEST}`,
      `gcr.io/b@${DIGEST}`,
      'gcr.io/b:1',
      `gcr.io/c@${DIGEST}`,
      'nginx',
      `nginx@${DIGEST}`,
    ],
  },
  'a range is of all that may be in it, where it denies': {
    entries: ['docker.io/aquasec/trivy:>=0.69.4 <=0.69.6'],
    purpose: 'deny',
    matching: [
      'aquasec/trivy:0.69.4',
      'aquasec/trivy:v0.69.5',
      'aquasec/trivy:0.69.5-alpine',
      'aquasec/trivy:0.69',
      'aquasec/trivy:0-alpine',
      `registry-1.docker.io/aquasec/trivy:0.69.6@${DIGEST}`,
    ],
    others: [
      'aquasec/trivy:0.69.3',
      'aquasec/trivy:0.69.7-alpine',
      'aquasec/trivy:0.70',
      'aquasec/trivy:latest',
      'aquasec/trivy',
      `aquasec/trivy@${DIGEST}`,
      'aquasec/other:0.69.5',
    ],
  },
  'a digest is of all that runs it, where it denies': {
    entries: [`gcr.io/a@${DIGEST}`, `gcr.io/b:1.2@${DIGEST}`, 'gcr.io/c@*', 'gcr.io/d:1@*', `gcr.io/e:>=1@${DIGEST}`],
    purpose: 'deny',
    matching: [
      `gcr.io/a@${DIGEST}`,
      `gcr.io/a:1@${DIGEST}`,
      `gcr.io/b:1.2@${DIGEST}`,
      `gcr.io/b:1.3@${DIGEST}`,
      `gcr.io/b@${DIGEST}`,
      `gcr.io/c:1@${OTHER}`,
      `gcr.io/d:1@${OTHER}`,
      `gcr.io/e:0.1.0@${DIGEST}`,
    ],
    others: [
      `gcr.io/a@${OTHER}`,
      'gcr.io/a',
      `gcr.io/b:1.2@${OTHER}`,
      'gcr.io/b:1.2',
      'gcr.io/c:1',
      'gcr.io/d:1',
      `gcr.io/d:2@${OTHER}`,
      `gcr.io/e:1.0.0@${OTHER}`,
    ],
  },
  ...Object.fromEntries(
    (['allow', 'exempt', 'deny'] as const).map((purpose) => [
      `purpose: ${purpose}, a digest alone`,
      {
        entries: [`@${DIGEST}`],
        purpose,
        matching: [`mirror.example.com/x/y@${DIGEST}`, `docker.io/nginx:1@${DIGEST}`],
        others: [`docker.io/nginx@${OTHER}`, 'docker.io/nginx'],
      },
    ]),
  ),
  'a digest alone denies also where no registry is written': {
    entries: [`@${DIGEST}`],
    purpose: 'deny',
    unqualified: 'untrusted',
    matching: [`nginx@${DIGEST}`],
    others: [`nginx@${OTHER}`],
  },
  ...Object.fromEntries(
    (['exempt', 'deny'] as const).flatMap((purpose) =>
      ['registry-*.docker.io/library/nginx', 'registry.*.docker.com/nginx', '*.hub.docker.*/library/*'].map((entry) => [
        `purpose: ${purpose}, Docker Hub for ${entry}`,
        {
          entries: [entry],
          purpose,
          matching: [...namesOfHub('nginx'), ...namesOfHub('library/nginx')],
          others: namesOfHub('acme/nginx'),
        },
      ]),
    ),
  ),
  'purpose: allow, a wildcard of a label has only the names that are listed': {
    entries: ['registry-*.docker.io/library/nginx'],
    matching: ['registry-1.docker.io/library/nginx'],
    others: ['docker.io/nginx', 'index.docker.io/nginx', 'nginx'],
  },
  'purpose: deny, a wildcard that has docker.io itself has it as it is written': {
    entries: ['*.io/nginx'],
    purpose: 'deny',
    matching: ['quay.io/nginx'],
    others: namesOfHub('nginx'),
  },
  'purpose: deny, all of a further host of Docker Hub is all of it': {
    entries: ['registry-1.docker.io/**'],
    purpose: 'deny',
    matching: [...namesOfHub('nginx'), ...namesOfHub('acme/app')],
    others: ['quay.io/acme/app'],
  },
  'two ranges of one repository': {
    entries: ['gcr.io/a:>=1 <2', 'gcr.io/a:>=3'],
    matching: ['gcr.io/a:1.0.0', 'gcr.io/a:3.0.0'],
    others: ['gcr.io/a:2.0.0', 'gcr.io/a:latest'],
  },
  'no entry': {
    entries: [],
    unqualified: 'docker.io',
    matching: [],
    others: ['nginx', 'gcr.io/acme/app'],
  },
};

const hex = (index: number): string => String(index).padStart(64, 'e');

describe('imagePatterns', () => {
  for (const [name, { entries, matching, others, ...options }] of Object.entries(CASES)) {
    it(`${name}: ${entries.join(', ')}`, () => {
      expectMatches(imagePatterns(entries, options), matching, others);
    });
  }

  it('has room for the longest repository that an image can have', () => expectRoomForLongest(imagePatterns));

  const longName = `gcr.io/${'a/'.repeat(120)}b`;
  const time = (entries: readonly string[], references: readonly string[], rounds = 1): number => {
    const { matches } = imagePatterns(entries);
    const images = references.map(parseReference);
    return fastest(() => {
      for (let round = 0; round < rounds; round += 1) for (const image of images) matches(image);
    });
  };

  for (const [what, patternOf, references] of [
    [
      'that begin otherwise',
      (index) => [`gcr.io/team-${index}/**/x-*`, `*.r${index}.io/**`, `gcr.io/a/${index}`],
      ['gcr.io/team-0/a/b/y', 'gcr.io/a/b', 'eu.r0.io:1/a'],
    ],
    [
      'that begin with a star',
      (index) => [`**/*evil-${index}*`, `gcr.io/*/app-${index}`, `*-docker.pkg.dev/p${index}/*`],
      ['gcr.io/a/b/c-evil-x', 'gcr.io/a/app', 'eu-docker.pkg.dev/q/a'],
    ],
    [
      'of one repository',
      (index) => [`gcr.io/app:1.${index}.*`, `gcr.io/app:*-${index}`, `gcr.io/app:1@sha256:${hex(index)}`],
      [`gcr.io/app:2.0.0`, `gcr.io/app:1@sha256:${hex(2)}`],
    ],
  ] as readonly [string, (index: number) => readonly string[], readonly string[]][]) {
    it(`is no slower by a thousand entries ${what}`, () => {
      const entries = (count: number): string[] => Array.from({ length: count }, (_, index) => patternOf(index)).flat();
      expect(time(entries(1000), references, 200)).to.be.below(10 * time(entries(10), references, 200));
    });
  }

  it('grows with the number of entries, and no faster, where stars keep all alive', () => {
    const entries = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `gcr.io/**/a*/${'*a/'.repeat(index % 20)}c/**/*-${index}`);
    expect(time(entries(1000), [longName])).to.be.below(60 * time(entries(100), [longName]));
  });

  it('decides what makes backtracking matchers endless', () => {
    const { matches } = imagePatterns([`gcr.io/${'**/a*a*/'.repeat(25)}c`, `gcr.io/${'*a'.repeat(120)}*c`]);
    expect(matches(parseReference(longName))).to.equal(false);
    expect(matches(parseReference(`gcr.io/${'a'.repeat(255)}`))).to.equal(false);
  });

  for (const [entry, remedy] of BAD_IMAGE_PATTERNS) {
    it(`refuses ${JSON.stringify(entry.slice(0, 30))}: ${remedy}`, () => {
      expectBadEntry(imagePatterns, ['docker.io/library/*', entry], {
        expected:
          'a pattern of images, such as docker.io/library/*, *.gcr.io/acme/**, gcr.io/acme/app:1.* or **/*-debug',
        remedy,
      });
    });
  }

  it('tells all bad entries', () => {
    expectBadEntries(imagePatterns, ['', 'gcr.io/**', '*', 'x'], [0, 2, 3]);
  });
});
