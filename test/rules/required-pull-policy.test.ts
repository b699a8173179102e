import { expect } from 'chai';
import rule from '../../rules/required-pull-policy.ts';
import { testRule } from '../../src/testing/test-rule.ts';
import { BAD_IMAGE_PATTERNS } from '../rule/bad-image-patterns.ts';
import { optionMistakes } from './option-mistakes.ts';
import { at } from '../mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const POLICIES = [
  { images: ['docker.io/library/*'], policy: 'IfNotPresent' },
  { images: ['ghcr.io/acme/baked-*', 'localhost/**'], policy: 'Never' },
  { images: ['docker.io/**', 'ghcr.io/**'], policy: 'Always' },
];
const ANY = [{ images: ['**'], policy: 'Always' }];

/** An image, the pull policy that it has, what is asked of it, and the one that is told to be there if it is denied. */
type Case = readonly [image: string, has: string | undefined, asked: string, told?: string];

const CASES: readonly Case[] = [
  // The first that is about an image counts.
  ['docker.io/library/nginx:1', 'IfNotPresent', 'IfNotPresent'],
  ['docker.io/library/nginx:1', 'Always', 'IfNotPresent', 'Always'],
  ['docker.io/library/nginx:1', 'Never', 'IfNotPresent', 'Never'],
  ['docker.io/acme/app:1', 'Always', 'Always'],
  ['docker.io/acme/app:1', 'IfNotPresent', 'Always', 'IfNotPresent'],
  ['ghcr.io/acme/baked-1:1', 'Never', 'Never'],
  ['ghcr.io/acme/baked-1:1', 'Always', 'Never', 'Always'],
  ['localhost/a/b:1', 'IfNotPresent', 'Never', 'IfNotPresent'],
  ['ghcr.io/acme/app:1', 'Always', 'Always'],
  ['ghcr.io/acme/app:1', 'Never', 'Always', 'Never'],
  // Under whatever name.
  ['nginx:1', 'Always', 'IfNotPresent', 'Always'],
  ['acme/app:1', 'Never', 'Always', 'Never'],
  ['registry-1.docker.io/acme/app:1', 'Never', 'Always', 'Never'],
  ['ghcr.io:443/acme/app:1', 'Never', 'Always', 'Never'],
  // None is about it.
  ['quay.io/acme/app:1', 'Never', 'nothing'],
  // What Kubernetes fills in.
  ['ghcr.io/acme/app', undefined, 'Always'],
  ['ghcr.io/acme/app:latest', undefined, 'Always'],
  ['ghcr.io/acme/app:latest', '', 'Always'],
  [`ghcr.io/acme/app:latest@${DIGEST}`, undefined, 'Always'],
  ['ghcr.io/acme/app:1', undefined, 'Always', 'IfNotPresent'],
  ['ghcr.io/acme/app:Latest', undefined, 'Always', 'IfNotPresent'],
  ['ghcr.io/acme/app:1', '', 'Always', 'IfNotPresent'],
  [`ghcr.io/acme/app@${DIGEST}`, undefined, 'Always', 'IfNotPresent'],
  [`ghcr.io/acme/app:1@${DIGEST}`, undefined, 'Always', 'IfNotPresent'],
  ['nginx:1', undefined, 'IfNotPresent'],
  ['nginx', undefined, 'IfNotPresent', 'Always'],
  // Nothing in a built-in kind, but an object of a custom kind can say anything.
  ['ghcr.io/acme/app:latest', 'always', 'Always', 'always'],
  ['ghcr.io/acme/app:latest', 'constructor', 'Always', 'constructor'],
];

describe('required-pull-policy', () => {
  it('is the rule of its file, and off by default', () => {
    expect(rule.meta).to.include({ name: 'required-pull-policy', action: 'off' });
  });

  const cases = CASES.map(([image, imagePullPolicy, asked, told]) => ({
    image,
    options: { policies: POLICIES },
    context: { container: { imagePullPolicy } },
    name: `of ${image} ${imagePullPolicy}, asked for ${asked}`,
    ...(told && { sentence: `app image has the pull policy ${told}! (${image}). Set imagePullPolicy to ${asked}.` }),
  }));
  testRule(rule, {
    allowed: [
      ...cases.filter((one) => one.sentence === undefined),
      { image: 'nginx:1', context: { container: { imagePullPolicy: 'Never' } }, name: 'by default' },
    ],
    denied: [
      ...cases.filter((one) => one.sentence !== undefined),
      {
        image: 'nginx:1',
        options: { policies: ANY },
        context: { container: { type: 'imageVolume' } },
        sentence: 'app image has the pull policy IfNotPresent! (nginx:1). Set pullPolicy to Always.',
      },
      {
        image: 'quay.io/acme/app:1',
        options: { policies: ANY },
        context: { container: { type: 'initContainer', imagePullPolicy: 'Never' } },
        sentence: 'app image has the pull policy Never! (quay.io/acme/app:1). Set imagePullPolicy to Always.',
      },
    ],
  });

  for (const [entry, remedy] of BAD_IMAGE_PATTERNS) {
    it(`refuses the entry ${JSON.stringify(entry.slice(0, 30))}: ${remedy}`, () => {
      const [mistake, ...others] = optionMistakes('required-pull-policy', {
        policies: [...ANY, { images: ['gcr.io/a/*', entry], policy: 'Never' }],
      });
      expect(mistake).to.deep.include({ code: 'option-invalid', ...at('policies (test), entry 2'), remedy });
      expect(others).to.deep.equal([]);
    });
  }

  for (const [options, expected] of [
    [{ policies: [{ images: ['gcr.io/**'] }] }, 'a value'],
    [{ policies: [{ policy: 'Always' }] }, 'a value'],
    [{ policies: [{ images: [], policy: 'Always' }] }, 'a list that is not empty'],
    [{ policies: [{ images: 'gcr.io/**', policy: 'Always' }] }, 'a list'],
    [{ policies: [{ images: ['gcr.io/**'], policy: 'always' }] }, 'one of Always, IfNotPresent, Never'],
    [{ policies: ANY[0] }, 'a list'],
    [{ policy: 'Always' }, 'an option that the rule has'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const [mistake, ...others] = optionMistakes('required-pull-policy', options);
      expect(mistake).to.deep.include({ code: 'option-invalid', expected });
      expect(others).to.deep.equal([]);
    });
  }
});
