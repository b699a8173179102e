import { expect } from 'chai';
import rule from '../../rules/require-digest.ts';
import { judgedCases } from './judged-cases.ts';
import { optionMistakes } from './option-mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('require-digest', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('require-digest');
  });

  const denied = ['nginx', 'nginx:1.27', 'docker.io/library/nginx:1.27', 'localhost:5000/app', 'gcr.io/sha256:1'];
  const allowed = [
    `nginx@${DIGEST}`,
    `nginx:latest@${DIGEST}`,
    `localhost:5000/app:1@${DIGEST}`,
    `gcr.io/a/b@sha512:${'0'.repeat(128)}`,
  ];
  judgedCases(
    rule,
    { '': { options: {}, denied, allowed } },
    (image) => `nginx image has no digest! (${image}). Only images with digests are allowed.`,
  );

  it('takes no options', () => {
    expect(optionMistakes('require-digest', { algorithm: 'sha256' })).to.have.lengthOf(1);
  });
});
