import { expect } from 'chai';
import rule from '../../rules/allowed-repositories.ts';
import { BAD_IMAGE_PATTERNS } from '../rule/bad-image-patterns.ts';
import { ruleSentences } from '../rule-sentences.ts';
import { judgedCases, type JudgedCases } from './judged-cases.ts';
import { optionMistakes } from './option-mistakes.ts';
import { at } from '../mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const REPOSITORIES = ['docker.io/library/*', 'ghcr.io/acme/**', '*.gcr.io/acme/app'];

const CASES: Readonly<Record<string, Required<JudgedCases>>> = {
  'with a list': {
    options: { repositories: REPOSITORIES },
    denied: [
      'nginx:1',
      'library/nginx',
      'acme/app',
      'docker.io/acme/app:1',
      'docker.io:443/library/nginx:1',
      'registry-1.docker.io/library/nginx:1',
      'ghcr.io/acme:1',
      'ghcr.io/acme-evil/app:1',
      'gcr.io/acme/app:1',
      'eu.gcr.io/acme/app/x:1',
      `quay.io/acme/app@${DIGEST}`,
      'constructor',
    ],
    allowed: [
      'docker.io/nginx',
      'docker.io/library/nginx:1',
      'index.docker.io/nginx:1',
      'ghcr.io/acme/app:1',
      `ghcr.io/acme/a/b/c@${DIGEST}`,
      'eu.gcr.io/acme/app:1',
    ],
  },
  'with unqualified: docker.io': {
    options: { repositories: REPOSITORIES, unqualified: 'docker.io' },
    denied: ['acme/app:1', 'ghcr/acme/app:1', 'quay.io/app'],
    allowed: ['nginx', 'nginx:1', 'library/nginx:1', 'docker.io/nginx:1'],
  },
  'with unqualified: untrusted': {
    options: { repositories: REPOSITORIES, unqualified: 'untrusted' },
    denied: ['nginx:2'],
    allowed: ['docker.io/nginx:2'],
  },
};

describe('allowed-repositories', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('allowed-repositories');
  });

  judgedCases(
    rule,
    CASES,
    (image) =>
      `nginx image comes from a non-allowed repository! (${image}). Only images from docker.io/library/*,ghcr.io/acme/**,*.gcr.io/acme/app are allowed.`,
  );

  for (const options of [{}, { repositories: [] }, { repositories: [], unqualified: 'docker.io' }]) {
    it(`allows nothing without repositories: ${JSON.stringify(options)}`, () => {
      for (const image of ['nginx', 'docker.io/library/nginx:1']) {
        expect(ruleSentences('allowed-repositories', options)(image)).to.equal(
          `nginx image comes from a non-allowed repository! (${image}). No repositories are allowed yet.`,
        );
      }
    });
  }

  it('cuts a long list in the sentence, and judges by all of it', () => {
    const repositories = Array.from({ length: 1000 }, (_, index) => `gcr.io/team-${index}/*`);
    const sentenceOf = ruleSentences('allowed-repositories', { repositories });
    expect(sentenceOf('gcr.io/team-999/app:1')).to.equal(undefined);
    expect(sentenceOf('gcr.io/team/app:1')).to.match(
      / Only images from gcr\.io\/team-0\/\*,.* and \d{3} more are allowed\.$/,
    );
  });

  for (const [entry, remedy] of BAD_IMAGE_PATTERNS) {
    it(`refuses the entry ${JSON.stringify(entry.slice(0, 30))}: ${remedy}`, () => {
      const [mistake, ...others] = optionMistakes('allowed-repositories', { repositories: ['gcr.io/a/*', entry] });
      expect(mistake).to.deep.include({
        code: 'option-invalid',
        ...at('repositories (test), entry 2'),
        expected:
          'a pattern of images, such as docker.io/library/*, *.gcr.io/acme/**, gcr.io/acme/app:1.* or **/*-debug',
        remedy,
      });
      expect(others).to.deep.equal([]);
    });
  }

  for (const [options, expected] of [
    [{ repositories: 'gcr.io/a/*' }, 'a list'],
    [{ repositories: [1] }, 'text'],
    [{ unqualified: 'gcr.io' }, 'one of untrusted, docker.io'],
    [{ repository: [] }, 'an option that the rule has'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const [mistake, ...others] = optionMistakes('allowed-repositories', options);
      expect(mistake).to.deep.include({ code: 'option-invalid', expected });
      expect(others).to.deep.equal([]);
    });
  }
});
