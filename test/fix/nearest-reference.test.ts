import { expect } from 'chai';
import { firstPassing, knownReferences } from '../../src/fix/nearest-reference.ts';
import type { RuleContext } from '../../src/rule/rule.ts';
import { entriesOf, rulesetUnder } from '../ruleset.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const MIRRORS = [
  { registry: 'docker.io', mirror: 'mirror.example.com/hub' },
  { registry: 'gcr.io', mirror: 'mirror.example.com/gcr', digests: 'refuse' },
];
const ALLOWED = ['docker.io', 'quay.io/acme', 'mirror.example.com'];
const RULES: Settings = {
  'registry-allowlist': { options: { registries: ALLOWED } },
  'registry-mirror': { action: 'deny', options: { mirrors: MIRRORS } },
};

type Settings = Parameters<typeof entriesOf>[0];

/** What is known under settings with all their options. The rules that rewrite ask nothing of the context. */
function knownUnder(settings: Settings, image: string) {
  const { rules } = rulesetUnder({ rules: entriesOf(settings) }).everywhere;
  const find = knownReferences(
    rules.map((rule) => ({ rule, options: { registries: ['*'], ...rule.setting.options } })),
  );
  return find(image, {} as RuleContext);
}

/** An image, those that would pass, and the one that is proposed. */
const NEAREST: readonly (readonly [image: string, passing: readonly string[], nearest: string | undefined])[] = [
  ['nginx:1', ['docker.io/nginx:1', 'docker.io/library/nginx:1'], 'docker.io/nginx:1'],
  ['nginx:1', ['docker.io/library/nginx:1'], 'docker.io/library/nginx:1'],
  [`nginx:1@${DIGEST}`, [`docker.io/library/nginx:1@${DIGEST}`], `docker.io/library/nginx:1@${DIGEST}`],
  ['nginx:1', ['mirror.example.com/hub/library/nginx:1'], 'mirror.example.com/hub/library/nginx:1'],
  ['index.docker.io/nginx', ['docker.io/library/nginx'], 'docker.io/library/nginx'],
  ['quya.io/acme/app:1', ['quay.io/acme/app:1'], 'quay.io/acme/app:1'],
  ['quya.io/other/app:1', ['quay.io/other/app:1'], undefined],
  // Two steps.
  ['dokcer.io/acme/app:1', ['mirror.example.com/hub/acme/app:1'], 'mirror.example.com/hub/acme/app:1'],
  [' NGINX:V1\n', ['docker.io/nginx:V1'], 'docker.io/nginx:V1'],
  // Mended: nothing but what a person overlooks.
  ['https://Docker.io/Nginx:RC1', ['docker.io/nginx:RC1'], 'docker.io/nginx:RC1'],
  [`localhost:5000/A@${DIGEST}`, [`localhost:5000/a@${DIGEST}`], `localhost:5000/a@${DIGEST}`],
  // Without its digest it is another image.
  [`gcr.io/a/b:1@${DIGEST}`, ['mirror.example.com/gcr/a/b:1'], undefined],
  ['gcr.io/a/b:1', ['mirror.example.com/gcr/a/b:1'], 'mirror.example.com/gcr/a/b:1'],
  ['nginx:', ['nginx', 'nginx:latest'], undefined],
  ['doc\u212Aer.io/nginx:1', ['docker.io/nginx:1'], undefined],
  // Never made up.
  ['docker.io/nginx', ['docker.io/nginx:latest', 'docker.io/nginx:1', `docker.io/nginx@${DIGEST}`], undefined],
];

describe('knownReferences', () => {
  for (const [image, passing, nearest] of NEAREST) {
    it(`is ${nearest ?? 'none'} for ${JSON.stringify(image)} where ${passing.join(' and ')} would pass`, () => {
      expect(firstPassing(knownUnder(RULES, image), (other) => passing.includes(other))).to.equal(nearest);
    });
  }

  it('is in the default registry, if there is one: elsewhere it would be another image', () => {
    const settings: Settings = {
      ...RULES,
      'default-registry': { action: 'deny', options: { registry: 'quay.io/acme' } },
    };
    const found = [...knownUnder(settings, 'nginx:1')].map(({ reference }) => reference);
    expect(found).to.deep.equal(['quay.io/acme/nginx:1']);
  });

  it('ends where two settings mirror each other', () => {
    const settings = [
      { registry: 'docker.io', mirror: 'a.example.com/x' },
      { registry: 'a.example.com', mirror: 'docker.io/y' },
    ].map((mirror) => ({ action: 'deny', options: { mirrors: [mirror] } }) as const);
    const tried = [...knownUnder({ 'registry-mirror': settings }, 'docker.io/b:1')].map(({ reference }) => reference);
    expect(tried.length).to.be.within(30, 40);
    expect(tried).to.include('a.example.com/x/y/x/y/x/library/b:1');
  });
});
