import { expect } from 'chai';
import { pod, podSpec } from './objects.ts';
import { behindRules } from './rules-gate.ts';

// JSON is YAML.
const policy = JSON.stringify({
  rules: {
    'registry-allowlist': { options: { unqualified: 'docker.io' } },
    'allowed-repositories': {
      action: 'deny',
      options: { repositories: ['docker.io/library/nginx'], unqualified: 'docker.io' },
    },
    'blocked-images': { action: 'deny', options: { images: ['docker.io/library/nginx'] } },
    'registry-mirror': {
      action: 'deny',
      options: { mirrors: [{ registry: 'docker.io', mirror: 'mirror.example.com' }] },
    },
    'tag-pattern': { action: 'deny', options: { patterns: [{ images: ['docker.io/library/nginx'], tags: ['2.*'] }] } },
  },
  namespaces: [
    {
      names: ['untrusted', 'untrusted-exempt'],
      rules: {
        'registry-allowlist': { options: { unqualified: 'untrusted' } },
        'allowed-repositories': { options: { unqualified: 'untrusted' } },
      },
    },
    ...['latest', 'pinned'].map((name) => ({
      names: [name],
      rules: {
        'empty-tag': { action: 'off' },
        'allowed-repositories': { action: 'off' },
        'registry-mirror': { action: 'off' },
        'blocked-tags': { options: name === 'latest' ? { implicitLatest: true } : { digest: 'pass' } },
      },
    })),
  ],
  exemptions: [
    {
      name: 'nginx',
      reason: 'A trial.',
      owner: 'shop',
      expires: 'never',
      namespaces: ['*-exempt'],
      images: ['docker.io/library/nginx'],
    },
  ],
});

const ALLOWING = ['registry-allowlist', 'allowed-repositories'];
const DENYING = ['blocked-images', 'registry-mirror', 'tag-pattern'];
const ALL = [...ALLOWING, ...DENYING];

/** Ways to write one image, and the rules that deny it then, by namespace. */
const DOCKER_HUB: readonly (readonly [
  names: readonly string[],
  denied: Readonly<Record<string, readonly string[]>>,
])[] = [
  [
    ['docker.io/nginx:1', 'docker.io/library/nginx:1', 'index.docker.io/nginx:1'],
    { trusted: DENYING, 'trusted-exempt': [], untrusted: DENYING, 'untrusted-exempt': [] },
  ],
  [
    ['nginx:1', 'library/nginx:1'],
    { trusted: DENYING, 'trusted-exempt': [], untrusted: ALL, 'untrusted-exempt': ALLOWING },
  ],
  [
    [
      'docker.io:443/library/nginx:1',
      'index.docker.io:443/library/nginx:1',
      'registry-1.docker.io/library/nginx:1',
      'registry-1.docker.io:443/library/nginx:1',
      'registry.hub.docker.com/library/nginx:1',
      'registry.hub.docker.com:443/library/nginx:1',
    ],
    { trusted: ALL, 'trusted-exempt': ALLOWING, untrusted: ALL, 'untrusted-exempt': ALLOWING },
  ],
  [
    ['quay.io/library/nginx:1'],
    { trusted: ALLOWING, 'trusted-exempt': ALLOWING, untrusted: ALLOWING, 'untrusted-exempt': ALLOWING },
  ],
];

const DIGEST = `sha256:${'a'.repeat(64)}`;
const TAGS: readonly (readonly [image: string, denied: Readonly<Record<string, readonly string[]>>])[] = [
  ['docker.io/acme/app', { latest: ['blocked-tags'], pinned: [] }],
  [`docker.io/acme/app@${DIGEST}`, { latest: [], pinned: [] }],
  ['docker.io/acme/app:latest', { latest: ['blocked-tags'], pinned: ['blocked-tags'] }],
  [`docker.io/acme/app:latest@${DIGEST}`, { latest: ['blocked-tags'], pinned: [] }],
];

const CASES = [...DOCKER_HUB.flatMap(([images, denied]) => images.map((image) => [image, denied] as const)), ...TAGS];

describe('options of rules', () => {
  const gate = behindRules('rule-options', { config: { 'policy.yaml': policy } });
  const namespaces = [...new Set(CASES.flatMap(([, denied]) => Object.keys(denied)))];

  before(async () => {
    const items = namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    await gate().cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  });

  after(async () => {
    await gate().cluster.kubectl(['delete', 'namespace', ...namespaces, '--wait=false']);
  });

  /** The rules that deny it there, as the last line of the denial names them. */
  const deniedBy = async (image: string, namespace: string): Promise<readonly string[]> => {
    const { stdout, stderr } = await gate().dryRun(pod('x', podSpec(image)), namespace);
    if (stdout === 'pod/x created (server dry run)\n') return [];
    const [, rules] = new RegExp(`\nPod ${namespace}/x, by (.*)\\.\n$`).exec(stderr) ?? [];
    return rules?.split(/, | and /) ?? [stderr];
  };

  for (const [image, denied] of CASES) {
    it(`judge ${image.replace(/a{64}/, '…')} in every namespace as they are set there`, async () => {
      const found: Record<string, readonly string[]> = {};
      for (const namespace of Object.keys(denied)) {
        // oxlint-disable-next-line no-await-in-loop -- a handful
        found[namespace] = await deniedBy(image, namespace);
      }
      expect(found).to.deep.equal(denied);
    });
  }
});
