import { expect } from 'chai';
import rule from '../../rules/tag-pattern.ts';
import { ruleSentences } from '../rule-sentences.ts';
import { judgedCases } from './judged-cases.ts';
import { optionMistakes } from './option-mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

interface Case {
  readonly options: Readonly<Record<string, unknown>>;
  /** The tags or versions that the sentence names. */
  readonly words: string;
  readonly denied: readonly string[];
  readonly allowed: readonly string[];
}

const NGINX = { images: ['docker.io/library/nginx'], semver: '>=1.25.0 <2' };
const ACME = { images: ['ghcr.io/acme/**', 'docker.io/acme/*'], tags: ['v*', 'stable'] };

const CASES: Readonly<Record<string, Case>> = {
  'with tags': {
    options: { patterns: [ACME] },
    words: 'the tags "v*,stable"',
    denied: [
      'ghcr.io/acme/app:1.0',
      'ghcr.io/acme/a/b:latest',
      'ghcr.io/acme/app:Stable',
      'docker.io/acme/app:1',
      // The registry may be left away; what runs is the same.
      'acme/app:1',
      // Nor does the default port make another image.
      'ghcr.io:443/acme/app:1.0',
      'docker.io:443/acme/app:1',
      // Nor does another name of Docker Hub.
      'registry-1.docker.io/acme/app:1',
      'registry.hub.docker.com:443/acme/app:1',
      // Without a tag there is none that is allowed, whatever the digest says.
      'ghcr.io/acme/app',
      `ghcr.io/acme/app@${DIGEST}`,
      `ghcr.io/acme/app:1@${DIGEST}`,
    ],
    allowed: [
      'ghcr.io/acme/app:v1',
      'ghcr.io/acme/app:stable',
      `acme/app:v1@${DIGEST}`,
      'ghcr.io:443/acme/app:v1',
      'registry-1.docker.io/acme/app:v1',
      // Nothing is asked of these.
      'ghcr.io/acme:1',
      'ghcr.io/other/app:1',
      'ghcr.io:5000/acme/app:1',
      'nginx',
      'constructor:1',
    ],
  },
  'with a range of versions': {
    options: { patterns: [NGINX] },
    words: 'versions in ">=1.25.0 <2"',
    denied: [
      'nginx:1.24.9',
      'nginx:2.0.0',
      'docker.io/nginx:latest',
      'registry-1.docker.io/library/nginx:1.24.0',
      'registry.hub.docker.com/nginx:latest',
      // A tag of two numbers moves on.
      'docker.io/nginx:1.27',
      // To semver this is a pre-release.
      'docker.io/nginx:1.27.0-alpine',
      'nginx',
      `nginx@${DIGEST}`,
    ],
    allowed: [
      'nginx:1.25.0',
      'nginx:v1.27.3',
      'docker.io/library/nginx:1.99.0',
      'gcr.io/library/nginx:3',
      'acme/app:1',
    ],
  },
  'with unqualified: untrusted': {
    options: { patterns: [ACME], unqualified: 'untrusted' },
    words: 'the tags "v*,stable"',
    denied: ['docker.io/acme/app:1', 'registry-1.docker.io/acme/app:1'],
    allowed: ['acme/app:1', 'acme/app'],
  },
  'with several patterns, the first that is about an image counts': {
    options: {
      patterns: [
        { images: ['ghcr.io/acme/old'], tags: ['*'] },
        { images: ['ghcr.io/acme/*'], tags: ['v*'] },
      ],
    },
    words: 'the tags "v*"',
    denied: ['ghcr.io/acme/app:1', 'ghcr.io/acme/older:1'],
    allowed: ['ghcr.io/acme/old:1', 'ghcr.io/acme/app:v1'],
  },
  'with several patterns, no later one makes good or bad': {
    options: {
      patterns: [
        { images: ['ghcr.io/acme/*'], tags: ['v*'] },
        { images: ['ghcr.io/**'], tags: ['w*'] },
      ],
    },
    words: 'the tags "v*"',
    denied: ['ghcr.io/acme/app:w1'],
    allowed: ['ghcr.io/acme/app:v1', 'ghcr.io/a/b/c:w1'],
  },
  'by default': { options: {}, words: '', denied: [], allowed: ['nginx', 'nginx:latest', 'gcr.io/a/b:1'] },
};

describe('tag-pattern', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('tag-pattern');
  });

  judgedCases(
    rule,
    CASES,
    (image, { words }) => `nginx image has no allowed tag! (${image}). Only ${words} are allowed for this image.`,
  );

  it('cuts a long list in the sentence, and judges by all of it', () => {
    const tags = Array.from({ length: 200 }, (_, index) => `tag-${index}`);
    const sentenceOf = ruleSentences('tag-pattern', { patterns: [{ images: ['gcr.io/**'], tags }] });
    expect(sentenceOf('gcr.io/app:tag-199')).to.equal(undefined);
    expect(sentenceOf('gcr.io/app:x')).to.match(/ Only the tags "tag-0,.* and \d+ more" are allowed for this image\.$/);
  });

  it('tells all that is wrong in all entries, each under its place', () => {
    const mistakes = optionMistakes('tag-pattern', {
      patterns: [
        { images: ['nginx', 'gcr.io/**', 'gcr.io'], tags: ['v*'] },
        ACME,
        { images: ['gcr.io/**'], tags: ['.x'] },
        { images: ['gcr.io/**'], semver: 'one' },
        { images: ['gcr.io/**'] },
        { images: ['gcr.io/**'], tags: ['v*'], semver: '1.x' },
        { images: ['gcr.io/**'], semver: '>2 <1' },
      ],
    });
    expect(mistakes.map(({ code, place, found }) => [code, place, found])).to.deep.equal([
      ['option-invalid', 'entry 1', '"nginx"'],
      ['option-invalid', 'entry 1', '"gcr.io"'],
      ['option-invalid', 'entry 3', '".x"'],
      ['option-invalid', 'entry 4', '"one"'],
      ['option-invalid', 'entry 5', 'neither'],
      ['option-invalid', 'entry 6', 'both'],
      ['option-invalid', 'entry 7', '">2 <1"'],
    ]);
  });

  for (const [options, expected] of [
    [{ patterns: [{ tags: ['v*'] }] }, 'a value'],
    [{ patterns: [{ images: [], tags: ['v*'] }] }, 'a list that is not empty'],
    [{ patterns: [{ images: ['gcr.io/**'], tags: [] }] }, 'a list that is not empty'],
    [{ patterns: [{ images: ['gcr.io/**'], tags: 'v*' }] }, 'a list'],
    [{ patterns: [{ images: ['gcr.io/**'], semver: 1 }] }, 'text'],
    [{ patterns: [{ images: ['gcr.io/**'], tag: ['v*'] }] }, 'an option that the rule has'],
    [{ patterns: ACME }, 'a list'],
    [{ unqualified: 'gcr.io' }, 'one of untrusted, docker.io'],
    [{ tags: ['v*'] }, 'an option that the rule has'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const [mistake, ...others] = optionMistakes('tag-pattern', options);
      expect(mistake).to.deep.include({ code: 'option-invalid', expected });
      expect(others).to.deep.equal([]);
    });
  }
});
