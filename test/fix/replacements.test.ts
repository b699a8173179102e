import { expect } from 'chai';
import { exemptionOf } from '../exemption.ts';
import { rulesetUnder, settingsOf } from '../ruleset.ts';
import { judgedBy } from './judged.ts';

const MIRROR = { registry: 'docker.io', mirror: 'mirror.example.com/hub' };
const ALLOW = { 'registry-allowlist': { options: { registries: ['docker.io', 'quay.io/acme'] } } };
const MIRRORED = {
  'registry-allowlist': { options: { registries: ['mirror.example.com'] } },
  'registry-mirror': { action: 'warn', options: { mirrors: [MIRROR] } },
} as const;
const DIGEST = `@sha256:${'0'.repeat(64)}`;
const REWRITTEN = {
  'registry-allowlist': { options: { registries: ['mirror.example.com', 'quay.io/acme'] } },
  'registry-mirror': { action: 'rewrite', options: { mirrors: [{ ...MIRROR, digests: 'refuse' }] } },
} as const;
const both = 'registry-allowlist,registry-mirror';

/** Settings, an image, what to write in its place, and to what that puts an end. */
const REPLACED: readonly (readonly [
  settings: Parameters<typeof settingsOf>[0],
  image: string,
  reference: string | undefined,
  ends: string,
  guessed?: boolean,
])[] = [
  [ALLOW, 'docker.io/nginx:1', undefined, ''],
  [ALLOW, 'nginx:1', 'docker.io/nginx:1', 'registry-allowlist'],
  [ALLOW, 'nginx', 'docker.io/nginx', 'registry-allowlist'],
  [ALLOW, 'docker.io/nginx', undefined, ''],
  [ALLOW, 'gcr.io/nginx:1', undefined, ''],
  [ALLOW, 'quya.io/acme/a:1', 'quay.io/acme/a:1', 'registry-allowlist', true],
  [ALLOW, 'docker.io/Nginx:1', 'docker.io/nginx:1', 'valid-reference', true],
  // From one objection to another is no way out.
  [ALLOW, 'http://gcr.io/a:1', undefined, ''],
  [MIRRORED, 'nginx:1', 'mirror.example.com/hub/library/nginx:1', both],
  [MIRRORED, 'nginx', 'mirror.example.com/hub/library/nginx', both],
  [MIRRORED, 'index.docker.io/a/b:1', 'mirror.example.com/hub/a/b:1', both],
  [
    { ...MIRRORED, 'registry-allowlist': { action: 'off' } },
    'a/b:1',
    'mirror.example.com/hub/a/b:1',
    'registry-mirror',
  ],
  [{ ...ALLOW, 'registry-mirror': MIRRORED['registry-mirror'] }, 'docker.io/a/b:1', undefined, ''],
  // What the policy rewrites needs nothing; and a digest is not given up.
  [REWRITTEN, 'nginx:1', undefined, ''],
  [REWRITTEN, 'nginx', undefined, ''],
  [REWRITTEN, `docker.io/a/b:1${DIGEST}`, undefined, ''],
  [REWRITTEN, 'quya.io/acme/a:1', 'quay.io/acme/a:1', 'registry-allowlist', true],
  // It is rewritten once it is mended.
  [REWRITTEN, 'docker.io/Nginx:1', 'docker.io/nginx:1', 'valid-reference', true],
  [
    {
      'registry-allowlist': ALLOW['registry-allowlist'],
      'registry-mirror': { ...REWRITTEN['registry-mirror'], images: ['quay.io/**'] },
    },
    'nginx:1',
    'docker.io/nginx:1',
    'registry-allowlist',
  ],
];

describe('replacementFinder', () => {
  for (const [settings, image, reference, ends, guessed = false] of REPLACED) {
    it(`${reference === undefined ? 'has nothing' : `has ${reference}`} for ${image} under ${Object.keys(settings).join()}`, () => {
      const spec = { initContainers: [{ name: 'b', image: 'docker.io/b:1' }], containers: [{ name: 'a', image }] };
      const object = { apiVersion: 'v1', kind: 'Pod', spec };
      const { replacements } = judgedBy(rulesetUnder({ rules: settingsOf(settings) }))({ object });
      const found = replacements.get('spec.containers[0].image');
      expect(found && [found.reference, [...found.ends].toSorted().join(), found.guessed]).to.deep.equal(
        reference === undefined ? undefined : [reference, ends, guessed],
      );
    });
  }

  it('leaves alone what is exempt, and loses no exemption', () => {
    const exemption = exemptionOf({ name: 'old', rules: ['registry-allowlist'], images: ['quya.io/**'] });
    const judged = judgedBy(rulesetUnder({ rules: settingsOf(ALLOW), exemptions: [exemption] }));
    const object = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'a', image: 'quya.io/acme/a:1' }] } };
    const { found, replacements } = judged({ object });
    expect([found, replacements.size]).to.deep.equal([1, 0]);
  });
});
