import { expect } from 'chai';
import { createRuleset, type Selection } from '../../src/engine/ruleset.ts';
import { rewriter } from '../../src/engine/rewrite.ts';
import { DEFAULT_POLICY, type Exemption, type Policy, REWRITING } from '../../src/engine/policy.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { readReference } from '../../src/image/read-reference.ts';
import { BUILT_IN, entriesOf, rulesetUnder } from '../ruleset.ts';
import { imageOf, REQUEST } from './rewritable.ts';

const NOW = Date.UTC(2026, 0, 1);
const DIGEST = `sha256:${'a'.repeat(64)}`;

const HUB = { registry: 'docker.io', mirror: 'm.io/hub' };

const mirror = (action: 'rewrite' | 'deny', ...mirrors: readonly object[]) => ({
  action,
  options: { mirrors },
  sources: {},
});

function selectionOf(rules: Parameters<typeof entriesOf>[0], policy: Partial<Policy> = {}): Selection {
  return rulesetUnder({ ...policy, rules: entriesOf(rules) }).everywhere;
}

function rewriterOf(rules: Parameters<typeof entriesOf>[0], policy: Partial<Policy> = {}) {
  return rewriter(selectionOf(rules, policy), REQUEST, NOW);
}

describe('rewriter', () => {
  it('knows which rules can rewrite', () => {
    const rewriting = BUILT_IN.filter(({ rewrite }) => rewrite !== undefined).map(({ meta }) => meta.name);
    expect(rewriting.toSorted()).to.deep.equal(REWRITING);
  });

  it('returns an image that nothing rewrites as it is', () => {
    for (const rewrite of [
      rewriterOf({}),
      rewriterOf({ 'registry-mirror': mirror('deny', HUB) }),
      rewriterOf({ 'registry-mirror': mirror('rewrite', { registry: 'quay.io', mirror: 'm.io' }) }),
    ]) {
      const image = imageOf('nginx:1');
      expect(rewrite(image)).to.equal(image);
    }
  });

  it('returns the same for an invalid reference, and for one that would be invalid', () => {
    const rewrite = rewriterOf({ 'registry-mirror': mirror('rewrite', HUB) });
    for (const raw of ['Nginx', '', `acme/${'a'.repeat(250)}`]) {
      const image = imageOf(raw);
      expect(rewrite(image)).to.equal(image);
    }
  });

  it('says what was written, and what rewrote it', () => {
    const image = imageOf(`nginx:1@${DIGEST}`);
    const raw = `m.io/hub/library/nginx:1@${DIGEST}`;
    expect(rewriterOf({ 'registry-mirror': mirror('rewrite', HUB) })(image)).to.deep.equal({
      ...image,
      raw,
      reference: readReference(raw),
      written: image.raw,
      rewrites: [{ rule: 'registry-mirror', mapping: 'docker.io -> m.io/hub' }],
    });
  });

  it('applies rules one after the other', () => {
    const rewrite = rewriterOf({
      'default-registry': { action: 'rewrite' },
      'registry-mirror': mirror('rewrite', HUB),
    });
    const { raw, written, rewrites } = rewrite(imageOf('nginx'));
    expect([raw, written]).to.deep.equal(['m.io/hub/library/nginx', 'nginx']);
    expect(rewrites?.map(({ rule }) => rule)).to.deep.equal(['default-registry', 'registry-mirror']);
  });

  it('applies settings until none has anything to rewrite', () => {
    const first = mirror('rewrite', { registry: 'quay.io', mirror: 'm.io/quay' });
    const second = mirror('rewrite', { registry: 'docker.io', mirror: 'quay.io/hub' });
    const rewrite = rewriterOf({ 'registry-mirror': [first, second] });
    const once = rewrite(imageOf('nginx'));
    expect(once.raw).to.equal('m.io/quay/hub/library/nginx');
    expect(rewrite(once)).to.equal(once);
  });

  it('leaves alone what would go round in a circle', () => {
    const there = mirror('rewrite', { registry: 'quay.io', mirror: 'docker.io/quay' });
    const back = mirror('rewrite', { registry: 'docker.io/quay', mirror: 'quay.io' });
    const image = imageOf('quay.io/acme/app:1');
    expect(rewriterOf({ 'registry-mirror': [there, back] })(image)).to.equal(image);
  });

  it('leaves alone what an exemption covers', () => {
    const exemption: Exemption = {
      name: 'e',
      reason: 'r',
      owner: 'o',
      expires: NOW + 1,
      rules: ['registry-mirror'],
      images: ['docker.io/acme/**'],
    };
    const rules = { 'registry-mirror': mirror('rewrite', HUB) };
    const image = imageOf('acme/app');
    expect(rewriterOf(rules, { exemptions: [exemption] })(image)).to.equal(image);
    expect(rewriterOf(rules, { exemptions: [exemption] })(imageOf('nginx')).raw).to.equal('m.io/hub/library/nginx');
    expect(rewriterOf(rules, { exemptions: [{ ...exemption, expires: NOW }] })(image)).not.to.equal(image);
  });

  it('leaves alone what a setting does not judge', () => {
    const setting = mirror('rewrite', HUB);
    const image = imageOf('nginx');
    for (const scope of [{ namespaces: ['other'] }, { images: ['docker.io/acme/**'] }])
      expect(rewriterOf({ 'registry-mirror': { ...setting, ...scope } })(image)).to.equal(image);
  });

  for (const enforcement of ['warn', 'audit'] as const) {
    it(`rewrites nothing under ${enforcement}`, () => {
      const { rewrites, rules } = selectionOf({ 'registry-mirror': mirror('rewrite', HUB) }, { enforcement });
      expect(rewrites).to.deep.equal([]);
      expect(rules.find(({ name }) => name === 'registry-mirror')?.action).to.equal(enforcement);
    });
  }

  it('leaves an image whose rule throws as it rewrites, which evaluation denies', () => {
    const broken: AnyRule = {
      meta: { name: 'broken', description: 'A rule.' },
      check: () => [{ problem: 'is bad', remedy: 'Mend it.' }],
      rewrite: () => {
        throw new Error('it broke');
      },
    };
    const { everywhere } = createRuleset([broken], [], {
      ...DEFAULT_POLICY,
      rules: entriesOf({ broken: { action: 'rewrite' } }),
    });
    const image = imageOf('nginx');
    expect(everywhere.rewrites.map(({ name }) => name)).to.deep.equal(['broken']);
    expect(rewriter(everywhere, REQUEST, NOW)(image)).to.equal(image);
  });

  it('is a denial to evaluation', () => {
    const { rules } = selectionOf({ 'registry-mirror': mirror('rewrite', HUB) });
    expect(rules.find(({ name }) => name === 'registry-mirror')).to.include({ action: 'deny', rewrites: true });
  });
});
