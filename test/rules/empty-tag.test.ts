import { expect } from 'chai';
import rule from '../../rules/empty-tag.ts';
import { judgedCases } from './judged-cases.ts';
import { optionMistakes } from './option-mistakes.ts';
import { at } from '../mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('empty-tag', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('empty-tag');
  });

  const denied = [
    'nginx',
    'library/nginx',
    'docker.io/nginx',
    'docker.io/library/nginx',
    'gcr.io/acme/app',
    // A colon before the last slash is a port.
    'localhost:5000/app',
    'registry.example.com:5000/a/b',
    'constructor',
  ];
  const allowed = [
    'nginx:1.27',
    'nginx:latest',
    'localhost:5000/app:1',
    'localhost:5000',
    `nginx:1@${DIGEST}`,
    // A digest alone pins the image more firmly than a tag.
    `nginx@${DIGEST}`,
    `localhost:5000/app@${DIGEST}`,
    'nginx:constructor',
    'nginx:__proto__',
  ];
  judgedCases(
    rule,
    { '': { options: {}, denied, allowed } },
    (image) => `nginx image has no tag! (${image}). Only images with tags are allowed.`,
  );

  it('takes no options', () => {
    expect(optionMistakes('empty-tag', { implicitLatest: true })).to.deep.equal([
      {
        code: 'option-invalid',
        ...at('implicitLatest (test)'),
        expected: 'an option that the rule has',
        found: 'true',
        remedy: 'The rule takes no options.',
      },
    ]);
  });
});
