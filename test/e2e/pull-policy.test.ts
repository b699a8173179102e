import { expect } from 'chai';
import { pod } from './objects.ts';
import { behindRules } from './rules-gate.ts';
import { done, notCreated } from './sentences.ts';

const options = {
  policies: [
    { images: ['docker.io/library/*'], policy: 'IfNotPresent' },
    { images: ['**'], policy: 'Always' },
  ],
};
// JSON is YAML.
const policy = JSON.stringify({
  rules: { 'required-pull-policy': { action: 'deny', options }, 'blocked-tags': { action: 'off' } },
});

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** What the object says, and the pull policy that it is denied for, if it is. */
const CASES: readonly (readonly [image: string, written: string | undefined, denied?: string])[] = [
  ['docker.io/nginx:1', undefined],
  ['docker.io/nginx:1', 'Always', 'Always'],
  ['docker.io/nginx:latest', undefined, 'Always'],
  ['docker.io/acme/app:latest', undefined],
  [`docker.io/acme/app:latest@${DIGEST}`, undefined],
  [`docker.io/acme/app@${DIGEST}`, undefined, 'IfNotPresent'],
  ['docker.io/acme/app:1', undefined, 'IfNotPresent'],
  ['docker.io/acme/app:1', 'Always'],
  ['docker.io/acme/app:1', 'Never', 'Never'],
];

describe('required-pull-policy', () => {
  const gate = behindRules('pull-policy', { config: { 'policy.yaml': policy } });

  for (const [image, written, denied] of CASES) {
    const asked = image.includes('acme') ? 'Always' : 'IfNotPresent';
    const said = (field: string): string =>
      `c0 image has the pull policy ${denied}! (${image}). Set ${field} to ${asked}.`;
    const verdict = (field: string) =>
      denied === undefined ? done('pod/c0 created (server dry run)') : notCreated([said(field)]);
    const title = `${image.replace(/a{64}/, '…')} with ${written ?? 'what Kubernetes fills in'}`;

    it(`judges ${title}`, async () => {
      const containers = [{ name: 'c0', image, imagePullPolicy: written }];
      expect(await gate().dryRun(pod('c0', { containers }))).to.deep.equal(verdict('imagePullPolicy'));
    });

    it(`judges the image volume ${title}`, async () => {
      const containers = [{ name: 'c1', image: 'docker.io/nginx:1' }];
      const volumes = [{ name: 'c0', image: { reference: image, pullPolicy: written } }];
      const { stdout, stderr } = await gate().dryRun(pod('c0', { containers, volumes }));
      const expected = verdict('pullPolicy');
      expect(stdout).to.equal(expected.stdout);
      expect(stderr).to.include(expected.stderr.trim());
    });
  }
});
