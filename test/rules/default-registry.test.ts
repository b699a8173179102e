import { expect } from 'chai';
import rule from '../../rules/default-registry.ts';
import { at } from '../mistakes.ts';
import { optionMistakes } from './option-mistakes.ts';
import { replacedCases, type ReplacedCases } from './replaced-cases.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

const CASES: Readonly<Record<string, ReplacedCases>> = {
  'by default': {
    options: {},
    denied: [
      ['nginx', 'docker.io/library/nginx'],
      ['nginx:1', 'docker.io/library/nginx:1'],
      ['library/nginx:1', 'docker.io/library/nginx:1'],
      ['acme/app:1', 'docker.io/acme/app:1'],
      ['acme/team/app', 'docker.io/acme/team/app'],
      [`nginx@${DIGEST}`, `docker.io/library/nginx@${DIGEST}`],
      [`acme/app:1@${DIGEST}`, `docker.io/acme/app:1@${DIGEST}`],
    ],
    allowed: ['docker.io/nginx:1', 'index.docker.io/nginx', 'localhost/app', 'gcr.io/acme/app', 'registry:5000/app'],
  },
  'with another registry': {
    options: { registry: 'registry.example.com:5000' },
    denied: [
      ['nginx:1', 'registry.example.com:5000/nginx:1'],
      ['library/nginx:1', 'registry.example.com:5000/library/nginx:1'],
    ],
    allowed: ['docker.io/nginx:1'],
  },
  'with a path': {
    options: { registry: 'docker.io/acme' },
    denied: [['app:1', 'docker.io/acme/app:1']],
    allowed: [],
  },
};

describe('default-registry', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('default-registry');
  });

  replacedCases(rule, CASES, (image, reference) => `nginx image names no registry! (${image}). Write ${reference}.`);

  for (const [registry, remedy] of [
    ['*', 'References begin with it: write it without "*".'],
    ['*.gcr.io', 'References begin with it: write it without "*".'],
    ['', 'Remove the empty entry; "*" alone allows every registry.'],
    ['https://docker.io', 'Remove the scheme.'],
    ['docker.io/', 'Remove the trailing "/".'],
    ['quay', 'A registry has a dot or a port (only localhost may do without): write the whole host name.'],
    ['index.docker.io', 'It is another name of docker.io, and read as that: write docker.io.'],
    ['gcr.io/acme:1', 'An entry has no tag and no digest: remove it.'],
  ] as const) {
    it(`refuses ${JSON.stringify(registry)}: ${remedy}`, () => {
      const [mistake, ...others] = optionMistakes('default-registry', { registry });
      expect(mistake).to.deep.include({
        code: 'option-invalid',
        ...at('registry (test)'),
        found: JSON.stringify(registry),
        remedy,
      });
      expect(others).to.deep.equal([]);
    });
  }
});
