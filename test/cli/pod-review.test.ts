import { expect } from 'chai';
import { podReview } from '../../src/cli/pod-review.ts';
import { loadRulesetOf } from '../load-ruleset-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { NOW, tryTexts } from './try-policy.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** What the API server fills in where an object has no pull policy, by the image. */
const PULL_POLICIES: Readonly<Record<string, string>> = {
  nginx: 'Always',
  'docker.io/nginx': 'Always',
  'localhost:5000/nginx': 'Always',
  'localhost:5000/nginx:latest': 'Always',
  [`nginx:latest@${DIGEST}`]: 'Always',
  'nginx:1': 'IfNotPresent',
  'nginx:latest-alpine': 'IfNotPresent',
  'latest:1': 'IfNotPresent',
  'localhost:5000/nginx:1': 'IfNotPresent',
  [`nginx@${DIGEST}`]: 'IfNotPresent',
  [`nginx:1@${DIGEST}`]: 'IfNotPresent',
};

const POLICY = `contact: 'Ask #platform.'
decisionId: true
rules:
  blocked-tags: { action: warn }
  require-digest: { action: audit }
profiles:
  prod: { rules: { blocked-tags: { action: deny } } }
namespaces:
  - { names: [dev-*], rules: { require-digest: { action: off } } }
exemptions:
  - { name: bills, reason: r, owner: o, expires: never, rules: [blocked-tags], namespaces: [billing] }
`;

const LATEST = 'app image has a non-allowed tag! (gcr.io/a:latest). These tags "staging,latest" are prohibited.';
const AUDIT =
  '  Audit: app image has no digest! (gcr.io/a:latest). Only images with digests are allowed. [imagegate: require-digest]\n';

/** Where images are judged, and what is said. */
const VERDICTS: readonly (readonly [
  images: readonly string[],
  where: { readonly namespace?: string; readonly profile?: string },
  said: string,
])[] = [
  [
    ['gcr.io/a:latest', 'gcr.io/a:1', 'nginx'],
    { namespace: 'dev-a' },
    `gcr.io/a:latest in the namespace dev-a: allowed.
  Warning: ${LATEST} [imagegate: blocked-tags]
gcr.io/a:1 in the namespace dev-a: allowed.
nginx in the namespace dev-a: denied.
  app image has no tag! (nginx). Only images with tags are allowed.
  app image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed.
  Pod dev-a/app, by empty-tag and registry-allowlist. test-policy
  Ask #platform.
`,
  ],
  [
    ['gcr.io/a:latest'],
    {},
    `gcr.io/a:latest in the namespace default: allowed.\n  Warning: ${LATEST} [imagegate: blocked-tags]\n${AUDIT}`,
  ],
  [
    ['gcr.io/a:latest'],
    { profile: 'prod', namespace: 'dev-a' },
    `gcr.io/a:latest in the namespace dev-a, with the profile prod: denied.
  ${LATEST}
  Pod dev-a/app, by blocked-tags. test-policy
  Ask #platform.
`,
  ],
  [
    ['gcr.io/a:1'],
    { profile: 'prdo', namespace: 'dev-a' },
    `gcr.io/a:1 in the namespace dev-a, with the profile prdo: allowed.
  Warning: ImageGate has no profile prdo, so its images are judged as those of a namespace without one. [imagegate]
`,
  ],
  [
    ['gcr.io/a:latest'],
    { namespace: 'billing' },
    `gcr.io/a:latest in the namespace billing: allowed.\n  Exempt by bills: ${LATEST} [imagegate: blocked-tags]\n${AUDIT}`,
  ],
];

describe('podReview', () => {
  for (const [image, pullPolicy] of Object.entries(PULL_POLICIES)) {
    it(`has the pull policy ${pullPolicy} for ${image}`, async () => {
      const ruleset = await loadRulesetOf({ ALLOWED_REGISTRIES: 'quay.io' });
      const { findings } = podReview(ruleset, { image }, NOW);
      expect(findings[0]?.image.container.imagePullPolicy).to.equal(pullPolicy);
      expect(findings[0]?.image.serviceAccountName).to.equal('default');
    });
  }

  it('throws what the gate would deny for as its own failure', async () => {
    const ruleset = await loadRulesetOf();
    const broken = { ...ruleset, everywhere: undefined! };
    expect(() => podReview(broken, { image: 'nginx' }, NOW)).to.throw(TypeError);
  });
});

describe('imagegate test-policy --image', () => {
  const folder = temporaryFolder();

  for (const [images, where, stdout] of VERDICTS) {
    it(`says the verdicts on ${images.join(' and ')} in ${JSON.stringify(where)}`, async () => {
      const said = await tryTexts(folder.path, POLICY, undefined, { images, ...where });
      expect(said).to.deep.equal({ code: 0, stdout, stderr: '' });
    });
  }
});
