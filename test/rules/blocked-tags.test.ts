import { expect } from 'chai';
import rule from '../../rules/blocked-tags.ts';
import { BAD_TAGS } from '../rule/bad-tags.ts';
import { ruleSentences } from '../rule-sentences.ts';
import { judgedCases, type JudgedCases } from './judged-cases.ts';
import { optionMistakes } from './option-mistakes.ts';
import { at } from '../mistakes.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

const CASES: Readonly<Record<string, Required<JudgedCases>>> = {
  'by default': {
    options: {},
    denied: [
      'nginx:latest',
      'nginx:staging',
      'docker.io/nginx:latest',
      'localhost:5000/app:staging',
      // The digest decides what runs; the tag is what people read.
      `nginx:latest@${DIGEST}`,
    ],
    allowed: [
      'nginx:1.27',
      // Whole tags are compared, case and all.
      'nginx:latest-alpine',
      'nginx:not-latest',
      'nginx:Latest',
      'nginx:LATEST',
      `nginx:1.27@${DIGEST}`,
      // Untagged images are the business of empty-tag.
      'nginx',
      `nginx@${DIGEST}`,
      'localhost:5000/latest',
      'latest',
      'nginx:constructor',
      'nginx:__proto__',
    ],
  },
  'with tags of its own': {
    options: { tags: ['dev'] },
    denied: ['nginx:dev'],
    allowed: ['nginx:latest', 'nginx:staging', 'nginx:dev2', 'nginx:devs', 'nginx'],
  },
  'with patterns': {
    options: { tags: ['*-rc*', 'v0.*'] },
    denied: ['nginx:1.0-rc1', 'nginx:1.0-rc', 'nginx:v0.1', 'nginx:v0.', `nginx:v0.2@${DIGEST}`],
    allowed: ['nginx:1.0', 'nginx:rc1', 'nginx:v0', 'nginx:v1.0', 'nginx:V0.1'],
  },
  'with every tag blocked': {
    options: { tags: ['*'] },
    denied: ['nginx:1', 'nginx:latest', `nginx:1@${DIGEST}`],
    allowed: ['nginx', `nginx@${DIGEST}`],
  },
  'with names that a plain object has by itself': {
    options: { tags: ['constructor', '__proto__'] },
    denied: ['nginx:constructor', 'nginx:__proto__'],
    allowed: ['nginx:toString', 'nginx:valueOf', 'nginx:latest'],
  },
  'with implicitLatest': {
    options: { implicitLatest: true },
    denied: ['nginx', 'docker.io/nginx', 'localhost:5000/app', 'nginx:latest', 'nginx:staging'],
    // With a digest, no runtime asks for latest.
    allowed: [`nginx@${DIGEST}`, 'nginx:1', `nginx:1@${DIGEST}`],
  },
  'with implicitLatest and a pattern that latest fits': {
    options: { implicitLatest: true, tags: ['la*'] },
    denied: ['nginx', 'nginx:latest', 'nginx:last'],
    allowed: ['nginx:1'],
  },
  'with implicitLatest and tags without latest': {
    options: { implicitLatest: true, tags: ['dev'] },
    denied: ['nginx:dev'],
    allowed: ['nginx', 'nginx:latest'],
  },
  'with implicitLatest off': {
    options: { implicitLatest: false },
    denied: ['httpd:latest'],
    allowed: ['httpd'],
  },
  'with digest: pass': {
    options: { digest: 'pass', implicitLatest: true },
    denied: ['nginx:latest', 'nginx:staging', 'nginx'],
    allowed: [`nginx:latest@${DIGEST}`, `nginx@${DIGEST}`, 'nginx:1'],
  },
  'with digest: judge': {
    options: { digest: 'judge', tags: ['dev'] },
    denied: [`nginx:dev@${DIGEST}`],
    allowed: [`nginx:latest@${DIGEST}`],
  },
};

describe('blocked-tags', () => {
  it('is the rule of its file', () => {
    expect(rule.meta.name).to.equal('blocked-tags');
  });

  judgedCases(rule, CASES, (image, { options }) => {
    const tags = (options['tags'] as readonly string[] | undefined) ?? ['staging', 'latest'];
    return `nginx image has a non-allowed tag! (${image}). These tags "${tags.join(',')}" are prohibited.`;
  });

  it("has the seed's sentence", () => {
    expect(ruleSentences('blocked-tags')('docker.io/nginx:latest')).to.equal(
      'nginx image has a non-allowed tag! (docker.io/nginx:latest). These tags "staging,latest" are prohibited.',
    );
  });

  it('cuts a long list in the sentence, and judges by all of it', () => {
    const tags = Array.from({ length: 200 }, (_, index) => `tag-${index}`);
    expect(ruleSentences('blocked-tags', { tags })('nginx:tag-199')).to.match(
      /^nginx image has a non-allowed tag! \(nginx:tag-199\)\. These tags "tag-0,tag-1,.* and \d+ more" are prohibited\.$/,
    );
  });

  for (const entry of BAD_TAGS) {
    it(`refuses the entry ${JSON.stringify(entry.slice(0, 20))}`, () => {
      const [mistake, ...others] = optionMistakes('blocked-tags', { tags: ['latest', entry] });
      expect(mistake).to.deep.include({
        code: 'option-invalid',
        ...at('tags (test), entry 2'),
        expected: 'a tag, such as latest, or a pattern, such as *-rc*',
        remedy: 'A tag has at most 128 letters, digits, "_", "." and "-", and begins with neither "." nor "-".',
      });
      expect(others).to.deep.equal([]);
    });
  }

  for (const [options, expected] of [
    [{ tags: [] }, 'a list that is not empty'],
    [{ tags: 'latest' }, 'a list'],
    [{ tags: [1] }, 'text'],
    [{ implicitLatest: 'true' }, 'true or false'],
    [{ digest: true }, 'one of judge, pass'],
    [{ digest: 'deny' }, 'one of judge, pass'],
    [{ tag: ['latest'] }, 'an option that the rule has'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const [mistake, ...others] = optionMistakes('blocked-tags', options);
      expect(mistake).to.deep.include({ code: 'option-invalid', expected });
      expect(others).to.deep.equal([]);
    });
  }
});
