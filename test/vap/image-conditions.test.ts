import { expect } from 'chai';
import { hasRange, imageCondition, registryCondition } from '../../src/vap/image-conditions.ts';
import type { Purpose } from '../../src/rule/registry-reading.ts';

const DENY = '(i.deny + i.wideTag + i.digest + " ")';
const ALLOW = '(i.allow + i.narrowTag + i.digest + " ")';
const keys = (name: string, tag: string, whole: string) => `[${name} + " ", ${name} + ${tag}, ${whole.slice(1, -1)}]`;
const denyKeys = keys('i.deny', 'i.wideTag', DENY);
const allowKeys = keys('i.allow', 'i.narrowTag', ALLOW);

/** Entries, how they are read, and the condition. What it means is tried on the API server. */
const CONDITIONS: readonly (readonly [string, readonly string[], Purpose, unknown, string])[] = [
  ['nothing', [], 'deny', undefined, 'false'],
  ['a name', ['gcr.io/a/b'], 'deny', undefined, `${denyKeys}.exists(t, t in ["gcr.io/a/b "])`],
  ['a tag, wide', ['gcr.io/a:1'], 'deny', undefined, `${denyKeys}.exists(t, t in ["gcr.io/a :1 "])`],
  ['a tag, narrow', ['gcr.io/a:1'], 'allow', 'docker.io', `${allowKeys}.exists(t, t in ["gcr.io/a :1  "])`],
  [
    'a star in each part',
    ['*.b.io/*/c:1.*'],
    'deny',
    undefined,
    `${DENY}.matches(r'^(?:[^:/ ]*\\.b\\.io/[^/ ]*/c :1\\.[^ ]* )')`,
  ],
  ['a star in a label', ['a*.io/**'], 'deny', undefined, `${DENY}.matches(r'^(?:a[^.:/ ]*\\.io/[^ ]* )')`],
  ['a range, which is any tag', ['gcr.io/a:^1'], 'deny', undefined, `${DENY}.matches(r'^(?:gcr\\.io/a :[^ ]* )')`],
  [
    'names and stars',
    ['gcr.io/a', 'gcr.io/b/**'],
    'deny',
    undefined,
    `(${denyKeys}.exists(t, t in ["gcr.io/a "]) || ${DENY}.matches(r'^(?:gcr\\.io/b/[^ ]* )'))`,
  ],
  [
    'what is allowed, without unqualified names',
    ['gcr.io/**'],
    'allow',
    'untrusted',
    `(i.registry != "" && ${ALLOW}.matches(r'^(?:gcr\\.io/[^ ]* )'))`,
  ],
  [
    'what is denied, unqualified names by entries for any registry',
    ['gcr.io/**', '**/x'],
    'deny',
    'untrusted',
    `(i.registry == "" ? ${DENY}.matches(r'^(?:[^ ]*/x )') : ${DENY}.matches(r'^(?:gcr\\.io/[^ ]* |[^ ]*/x )'))`,
  ],
  ['nothing, without unqualified names', [], 'allow', 'untrusted', 'false'],
];

describe('conditions about images in CEL', () => {
  for (const [what, entries, purpose, unqualified, expected] of CONDITIONS)
    it(`say ${what}`, () => expect(imageCondition(entries, { purpose, unqualified })).to.equal(expected));

  it('say hosts, hosts below, and paths that end at a slash', () => {
    expect(registryCondition(['a.io:5000', '*.b.io', 'c.io/d'], 'x')).to.equal(
      "x.matches(r'^(?:a\\.io:5000/|[^:/ ]*\\.b\\.io/|c\\.io/d(?:/|$))')",
    );
  });

  it('know a range from a tag', () => {
    expect(['a.io/b:>=1 <2', 'a.io/b:1.*', 'a.io:5000/b', 'a.io/b'].map(hasRange)).to.deep.equal([
      true,
      false,
      false,
      false,
    ]);
  });
});
