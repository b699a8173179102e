import { expect } from 'chai';
import rule from '../../rules/blocked-images.ts';
import { BAD_IMAGE_PATTERNS } from '../rule/bad-image-patterns.ts';
import { ruleSentences } from '../rule-sentences.ts';
import { judgedCases, type JudgedCases } from './judged-cases.ts';
import { optionMistakes } from './option-mistakes.ts';
import { at } from '../mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGES = ['docker.io/library/nginx', 'ghcr.io/evil/**', 'quay.io/*/miner-*'];

const CASES: Readonly<Record<string, Required<JudgedCases>>> = {
  'with a list': {
    options: { images: IMAGES },
    denied: [
      // The registry may be left away; what runs is the same.
      'nginx',
      'nginx:1.27',
      'library/nginx:1',
      'docker.io/nginx',
      `docker.io/library/nginx:1@${DIGEST}`,
      'index.docker.io/nginx:1',
      'ghcr.io/evil/app:1',
      'ghcr.io/evil/a/b/c',
      'quay.io/acme/miner-1:1',
      // The default port may be written; what runs is the same.
      'docker.io:443/nginx',
      'docker.io:443/library/nginx:1',
      'ghcr.io:443/evil/app:1',
      'ghcr.io:0443/evil/app:1',
      'quay.io:443/acme/miner-1:1',
      // Docker Hub has more names.
      'registry-1.docker.io/library/nginx:1',
      'registry-1.docker.io:443/nginx:1',
      'registry.hub.docker.com/library/nginx',
      `registry.hub.docker.com:443/library/nginx@${DIGEST}`,
      'index.docker.io:443/nginx:1',
    ],
    allowed: [
      'nginx-exporter',
      'acme/nginx:1',
      'docker.io/acme/nginx:1',
      'gcr.io/library/nginx:1',
      'docker.io/library/nginx/x:1',
      'ghcr.io/evil:1',
      'ghcr.io/good/evil/app:1',
      'quay.io/acme/miner:1',
      'quay.io/miner-1:1',
      'quay.io:5000/acme/miner-1:1',
      'constructor',
      'registry-1.docker.io/acme/nginx:1',
      'registry-1.docker.io:5000/library/nginx:1',
      'registry-2.docker.io/library/nginx:1',
    ],
  },
  'with unqualified: docker.io': {
    options: { images: IMAGES, unqualified: 'docker.io' },
    denied: ['nginx:2'],
    allowed: ['acme/nginx:2'],
  },
  'with unqualified: untrusted': {
    options: { images: IMAGES, unqualified: 'untrusted' },
    denied: ['docker.io/nginx:1', 'registry-1.docker.io/library/nginx:1'],
    allowed: ['nginx:1', 'library/nginx:1'],
  },
  'by default': { options: {}, denied: [], allowed: ['nginx', 'docker.io/nginx:1', 'ghcr.io/evil/app'] },
};

describe('blocked-images', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('blocked-images');
  });

  judgedCases(
    rule,
    CASES,
    (image) =>
      `nginx image has a non-allowed name! (${image}). These images "docker.io/library/nginx,ghcr.io/evil/**,quay.io/*/miner-*" are prohibited.`,
  );

  for (const entry of [
    'registry-1.docker.io/library/nginx',
    'registry.hub.docker.com:443/library/*',
    'docker.io:443/nginx',
    '*.docker.io/**',
  ]) {
    it(`denies Docker Hub's image by every name for ${entry}`, () => {
      const sentenceOf = ruleSentences('blocked-images', { images: [entry] });
      for (const image of ['nginx', 'docker.io/nginx', 'index.docker.io/nginx', 'registry-1.docker.io/library/nginx']) {
        expect(sentenceOf(image)).to.equal(
          `nginx image has a non-allowed name! (${image}). These images "${entry}" are prohibited.`,
        );
      }
    });
  }

  it('cuts a long list in the sentence, and judges by all of it', () => {
    const images = Array.from({ length: 1000 }, (_, index) => `gcr.io/team-${index}/*`);
    expect(ruleSentences('blocked-images', { images })('gcr.io/team-999/app:1')).to.match(
      / These images "gcr\.io\/team-0\/\*,.* and \d{3} more" are prohibited\.$/,
    );
  });

  for (const [entry, remedy] of BAD_IMAGE_PATTERNS) {
    it(`refuses the entry ${JSON.stringify(entry.slice(0, 30))}: ${remedy}`, () => {
      const [mistake, ...others] = optionMistakes('blocked-images', { images: ['gcr.io/a/*', entry] });
      expect(mistake).to.deep.include({ code: 'option-invalid', ...at('images (test), entry 2'), remedy });
      expect(others).to.deep.equal([]);
    });
  }

  for (const [options, expected] of [
    [{ images: 'gcr.io/a/*' }, 'a list'],
    [{ images: [1] }, 'text'],
    [{ unqualified: 'gcr.io' }, 'one of untrusted, docker.io'],
    [{ image: [] }, 'an option that the rule has'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const [mistake, ...others] = optionMistakes('blocked-images', options);
      expect(mistake).to.deep.include({ code: 'option-invalid', expected });
      expect(others).to.deep.equal([]);
    });
  }
});
