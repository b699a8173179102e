import { expect } from 'chai';
import { RULE_CASES } from '../../src/vap/rule-cases.ts';
import { BUILT_IN } from '../ruleset.ts';

const casesOf = (rule: string, options: Readonly<Record<string, unknown>>) => {
  const leftOut: string[] = [];
  const cases = RULE_CASES[rule]!(options, (what) => leftOut.push(what));
  return { cases, leftOut };
};

/** Options, the conditions of the cases in order, and what is left out. */
const CASES: readonly (readonly [
  rule: string,
  options: object,
  when: readonly string[],
  leftOut?: readonly string[],
])[] = [
  ['empty-tag', {}, ['i.tag == "" && i.digest == ""']],
  ['require-digest', {}, ['i.digest == ""']],
  ['registry-allowlist', { registries: ['*'] }, []],
  ['registry-allowlist', { registries: ['a.io'], unqualified: 'docker.io' }, ["!(i.allow.matches(r'^(?:a\\.io/)'))"]],
  ['registry-allowlist', { registries: ['a.io'] }, [`!((i.registry != "" && i.allow.matches(r'^(?:a\\.io/)')))`]],
  ['blocked-tags', { tags: ['a', 'b'] }, ['(i.tag != "" && i.tag in ["a", "b"])']],
  [
    'blocked-tags',
    { tags: ['a*'], digest: 'pass' },
    [`(i.digest == "" && i.tag != "" && i.tag.matches(r'^(?:a.*)$'))`],
  ],
  [
    'blocked-tags',
    { tags: ['a'], implicitLatest: true },
    [
      '((i.tag == "" && i.digest == "" ? "latest" : i.tag) != "" && (i.tag == "" && i.digest == "" ? "latest" : i.tag) in ["a"])',
    ],
  ],
  ['allowed-repositories', { repositories: [] }, ['!(false)']],
  [
    'allowed-repositories',
    { repositories: ['a.io/b:^1'], unqualified: 'docker.io' },
    [`!((i.allow + i.narrowTag + i.digest + " ").matches(r'^(?:a\\.io/b :[^ ]*  )'))`],
    ['the range of a.io/b:^1: all tags pass'],
  ],
  ['blocked-images', { images: ['a.io/b:^1'] }, ['false'], ['the entry a.io/b:^1, as it has a range']],
  ['default-registry', { registry: 'docker.io' }, ['i.registry == ""']],
  ['registry-mirror', { mirrors: [] }, []],
  [
    'registry-mirror',
    {
      mirrors: [
        { registry: 'docker.io', mirror: 'b.io/c', except: ['docker.io/x/y:^1'] },
        { registry: 'registry-1.docker.io/x', mirror: 'b.io', digests: 'refuse' },
      ],
    },
    ['i.deny.startsWith("docker.io/x/")', 'i.deny.startsWith("docker.io/")'],
    ['the range of docker.io/x/y:^1 in the except of docker.io: all tags pass'],
  ],
  ['registry-mirror', { mirrors: [{ registry: 'a.io', mirror: 'b.io' }] }, ['i.deny.startsWith("a.io/")']],
  [
    'registry-mirror',
    { mirrors: [{ registry: 'docker.io', mirror: 'b.io/c' }], unqualified: 'untrusted' },
    ['(i.registry != "" && i.deny.startsWith("docker.io/"))'],
  ],
  [
    'registry-mirror',
    {
      mirrors: [
        { registry: 'a.io', mirror: 'b.io', except: ['a.io/c:^1'] },
        { registry: 'a.io/b', mirror: 'b.io/c' },
        { registry: 'a.io/b/c', mirror: 'b.io' },
      ],
    },
    [
      'i.deny.startsWith("a.io/b/c/")',
      '(i.deny == "a.io/b" || i.deny.startsWith("a.io/b/"))',
      'i.deny.startsWith("a.io/")',
    ],
    ['the range of a.io/c:^1 in the except of a.io: all tags pass'],
  ],
  [
    'tag-pattern',
    { patterns: [{ images: ['**', 'a.io/b:^1'], semver: '^1.4' }] },
    [
      `(i.deny + i.wideTag + i.digest + " ").matches(r'^(?:[^ ]*/[^ ]* )')`,
      `(i.deny + i.wideTag + i.digest + " ").matches(r'^(?:a\\.io/b :[^ ]* )')`,
    ],
    ['the range ^1.4: every full version passes', 'the entry a.io/b:^1, as it has a range'],
  ],
  [
    'required-pull-policy',
    { policies: [{ images: ['a.io/**'], policy: 'Always' }] },
    [`(i.deny + i.wideTag + i.digest + " ").matches(r'^(?:a\\.io/[^ ]* )')`],
  ],
];

describe('rules in CEL', () => {
  it('are all built-in ones', () => {
    expect(Object.keys(RULE_CASES).toSorted()).to.deep.equal(BUILT_IN.map(({ meta }) => meta.name).toSorted());
  });

  for (const [rule, options, when, leftOut = []] of CASES) {
    it(`says when ${rule} objects under ${JSON.stringify(options)}`, () => {
      const found = casesOf(rule, options as Readonly<Record<string, unknown>>);
      expect(found.cases.map((one) => one.when)).to.deep.equal(when);
      expect(found.leftOut).to.deep.equal(leftOut);
    });
  }

  it('let an image that may be in a range pass, as the next entry is not about it', () => {
    const { cases } = casesOf('tag-pattern', {
      patterns: [
        { images: ['a.io/b:^1'], tags: ['1'] },
        { images: ['**'], tags: ['2'] },
      ],
    });
    expect(cases.map(({ violation }) => violation?.remedy)).to.deep.equal([
      String.raw`"Only the tags \"1\" are allowed for this image."`,
      undefined,
      String.raw`"Only the tags \"2\" are allowed for this image."`,
    ]);
  });
});
