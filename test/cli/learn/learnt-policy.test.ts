import { expect } from 'chai';
import * as fc from 'fast-check';
import { learntPolicy } from '../../../src/cli/learn/learnt-policy.ts';
import { podReview } from '../../../src/cli/pod-review.ts';
import { createRuleset, type Ruleset } from '../../../src/engine/ruleset.ts';
import { readReference } from '../../../src/image/read-reference.ts';
import { parseReference } from '../../../src/image/reference.ts';
import { loadPolicy } from '../../../src/policy/load-policy.ts';
import { imagePatterns } from '../../../src/rule/image-patterns.ts';
import { at } from '../../mistakes.ts';
import { BUILT_IN } from '../../ruleset.ts';
import { NOW } from '../try-policy.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

const seen = (raw: string, owners: readonly string[]) => ({
  raw,
  reference: readReference(raw),
  isRewritten: false,
  owners: new Set(owners),
});

/** @throws {MistakesError} if the gate would not use it. */
const rulesetOf = (text: string): Ruleset => {
  const keys = new Map([['policy.yaml', { text, ...at('policy.yaml') }]]);
  const { policy, mistakes } = loadPolicy({}, { keys, mistakes: [] }, BUILT_IN);
  expect(mistakes).to.deep.equal([]);
  return createRuleset(BUILT_IN, [], policy);
};

/** The rules that an image violates. */
const violated = (ruleset: Ruleset, image: string): readonly string[] =>
  podReview(ruleset, { image }, NOW).findings.map(({ rule }) => rule);

const deny = (text: string): string => text.replaceAll('action: warn', 'action: deny');

const image = fc
  .record({
    registry: fc.constantFrom(
      '',
      'docker.io/',
      'index.docker.io/',
      'registry-1.docker.io/',
      'ghcr.io/',
      'eu.gcr.io/',
      'registry.k8s.io/',
      'registry.example.com/',
      'registry.example.com:5000/',
      'localhost/',
      '[::1]:5000/',
    ),
    path: fc.array(fc.constantFrom('a', 'b', 'library', 'a-b', 'c.d'), { minLength: 1, maxLength: 3 }),
    tag: fc.constantFrom('', ':1', ':latest', ':staging', ':v1.2.3'),
    digest: fc.constantFrom('', '', `@${DIGEST}`),
  })
  .map(({ registry, path, tag, digest }) => registry + path.join('/') + tag + digest)
  .filter((raw) => !(readReference(raw) instanceof Error));

const images = fc
  .uniqueArray(fc.tuple(image, fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 })), {
    minLength: 1,
    maxLength: 12,
    selector: ([raw]) => raw,
  })
  .map((list) => list.map(([raw, owners]) => seen(raw, owners)));

const expectedOf = (raw: string): readonly string[] => {
  if (/:(?:latest|staging)(?:@|$)/.test(raw)) return ['blocked-tags'];
  return /:[^/]*$|@/.test(raw) ? [] : ['empty-tag'];
};

describe('learntPolicy', () => {
  it('says what was counted, and what nothing can admit', () => {
    const list = [
      seen('nginx', ['Deployment shop/a', 'Job shop/b']),
      seen('docker.io/redis:latest', ['Deployment shop/a']),
      seen(`docker.io/library/redis:latest@${DIGEST}`, ['Job shop/b']),
      seen('[::1]:5000/app:1', ['Job shop/b']),
      ...['quay.io/a:latest', 'quay.io/a/b:latest'].map((raw) => seen(raw, ['Job shop/b'])),
      seen('NGINX\nrules:', ['Pod shop/c']),
    ];
    expect(learntPolicy(list, new Map([['argoproj.io/Rollout', ['spec', 'items', '*', 'template', 'spec']]]), 1)).to
      .equal(`# Learnt by imagegate learn from 7 images of 3 workloads.
# It lacks what could not be read: 1 document.
# It only warns. Once nobody is warned who should not be, write deny in place of warn.
rules:
  # 1 image of 1 workload that no policy admits: NGINX\\u{A}rules:
  valid-reference: { action: warn }
  # 1 image of 2 workloads with neither tag nor digest: nginx
  empty-tag: { action: warn }
  # 4 images of 2 workloads with one of these tags: docker.io/redis:latest, docker.io/library/redis:latest@${DIGEST}, quay.io/a:latest, …
  blocked-tags: { action: warn, options: { tags: [staging, latest] } }
  # In its place: allowed-repositories.
  registry-allowlist: { action: off }
  allowed-repositories:
    action: warn
    options:
      # 1 image of 2 workloads without a registry: nginx
      unqualified: docker.io
      repositories:
        - docker.io/library/** # 3 images of 2 workloads
        # Each of these is for one workload alone: look whether it should run.
        - '[::1]:5000/app' # Job shop/b
        - quay.io/a # Job shop/b
        - quay.io/a/b # Job shop/b
podSpecs:
  - { group: 'argoproj.io', kind: 'Rollout', path: 'spec.items[*].template.spec' }
`);
  });

  it('is a policy where nothing can be admitted', () => {
    const text = learntPolicy([seen('NGINX', ['Pod shop/c'])], new Map(), 0);
    expect(text).to.match(/^ {6}repositories: \[\]$/m);
    expect(violated(rulesetOf(text), 'quay.io/a/b:1')).to.deep.equal(['allowed-repositories']);
  });

  it('denies nothing yet, and once it denies, of what it is from only tags that are missing or blocked', () => {
    fc.assert(
      fc.property(images, (list) => {
        const text = learntPolicy(list, new Map(), 0);
        const [warning, denying] = [rulesetOf(text), rulesetOf(deny(text))];
        for (const { raw } of list) {
          expect(podReview(warning, { image: raw }, NOW).verdict, raw).to.equal('allowed');
          expect(violated(denying, raw), raw).to.deep.equal(expectedOf(raw));
        }
        expect(podReview(denying, { image: 'other.example.com/a/b:1' }, NOW).verdict).to.equal('denied');
      }),
      { numRuns: 30 }, // each compiles two policies
    );
  });

  it('has no entry that could be left out, or be narrower and stand for as much', () => {
    fc.assert(
      fc.property(images, (list) => {
        const text = learntPolicy(list, new Map(), 0);
        const unqualified = text.includes('unqualified: docker.io') ? 'docker.io' : 'untrusted';
        const entries = [...text.matchAll(/^ {8}- '?([^'\n]*?)'? # /gm)].map(([, entry]) => entry!);
        for (const entry of entries) {
          const others = imagePatterns(
            entries.filter((other) => other !== entry),
            { unqualified },
          );
          const lost = list.map(({ raw }) => parseReference(raw)).filter((reference) => !others.matches(reference));
          const repositories = new Set(lost.map(({ normalized }) => Object.values(normalized).join('/')));
          expect(repositories.size, entry).to.be.greaterThanOrEqual(entry.endsWith('/**') ? 2 : 1);
        }
      }),
    );
  });
});
