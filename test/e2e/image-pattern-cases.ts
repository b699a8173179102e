import { noTag } from './sentences.ts';

const GOOD = `sha256:${'a'.repeat(64)}`;
const BAD = `sha256:${'b'.repeat(64)}`;
const ALLOWED = [
  'docker.io/**',
  `ghcr.io/acme/app@${GOOD}`,
  'ghcr.io/acme/web:1.*',
  'ghcr.io/acme/any:1.2@*',
  'quay.io/acme/*',
  '*-docker.pkg.dev/acme/**',
];
const BLOCKED = ['docker.io/aquasec/trivy:>=0.69.4 <=0.69.6', 'docker.io/acme/dev:latest', `@${BAD}`, '**/*miner*'];

// JSON is YAML.
export const IMAGE_PATTERN_POLICY = JSON.stringify({
  rules: {
    'registry-allowlist': { action: 'off' },
    'allowed-repositories': { action: 'deny', options: { repositories: ALLOWED } },
    'blocked-images': { action: 'deny', options: { images: BLOCKED } },
  },
  exemptions: [
    { name: 'one-tag', reason: 'A trial.', owner: 'shop', expires: 'never', images: ['ghcr.io/acme/old:1.2'] },
  ],
});

const notAllowed = (image: string): string =>
  `c0 image comes from a non-allowed repository! (${image}). Only images from ${ALLOWED.join(',')} are allowed.`;
const blocked = (image: string): string =>
  `c0 image has a non-allowed name! (${image}). These images "${BLOCKED.join(',')}" are prohibited.`;

export const IMAGE_PATTERN_CASES: readonly (readonly [
  image: string,
  ...sentences: readonly ((image: string) => string)[],
])[] = [
  [`ghcr.io/acme/app@${GOOD}`],
  [`ghcr.io/acme/app:3@${GOOD}`],
  ['ghcr.io/acme/app:3', notAllowed],
  [`ghcr.io/acme/app@${BAD}`, notAllowed, blocked],
  ['ghcr.io/acme/web:1.2'],
  [`ghcr.io/acme/web:1.2@${GOOD}`, notAllowed],
  [`ghcr.io/acme/any:1.2@${GOOD}`],
  ['ghcr.io/acme/any:1.2', notAllowed],
  ['quay.io/acme/app:1'],
  ['quay.io/acme/team/app:1', notAllowed],
  ['europe-docker.pkg.dev/acme/team/app:1'],
  ['a.europe-docker.pkg.dev/acme/team/app:1', notAllowed],
  ['docker.io/aquasec/trivy:0.69.3'],
  ['docker.io/aquasec/trivy:0.69.4', blocked],
  ['docker.io/aquasec/trivy:0.69.5-alpine', blocked],
  ['docker.io/aquasec/trivy:0.69', blocked],
  [`docker.io/aquasec/trivy:0.69.6@${GOOD}`, blocked],
  ['docker.io/acme/dev', (image) => noTag('c0', image), blocked],
  [`docker.io/acme/dev@${GOOD}`],
  [`docker.io/library/nginx:1@${BAD}`, blocked],
  ['docker.io/acme/miner-gpu:1', blocked],
  ['ghcr.io/acme/old:1.2'],
  ['ghcr.io/acme/old:1.3', notAllowed],
  [`ghcr.io/acme/old:1.2@${GOOD}`, notAllowed],
];
