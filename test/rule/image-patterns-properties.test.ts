import { expect } from 'chai';
import * as fc from 'fast-check';
import allowedRepositories from '../../rules/allowed-repositories.ts';
import blockedImages from '../../rules/blocked-images.ts';
import { parseReference } from '../../src/image/reference.ts';
import { imagePatterns } from '../../src/rule/image-patterns.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { caseContext } from '../../src/testing/case-context.ts';
import { matchesNaively, type Reading } from './naive-image-patterns.ts';

const DIGESTS = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);
const RANGES = [
  '>=1.2.0 <1.4.0',
  '^1.2',
  '<1.3.2',
  '>=1.2.3-rc1 <2',
  '=1.2.3',
  '1.x || >=3',
  '~1.2.1 || 2.0.0 - 2.2.0',
];

// Few letters, so that what is random meets.
const component = fc.stringMatching(/^[ab]{1,3}$/);
const glob = fc.stringMatching(/^[ab*]{1,3}$/).filter((text) => !text.includes('**'));
const tag = fc.oneof(
  fc.constantFrom('latest', '1.2.3', '1.2.3-rc1', 'v1.3.0', '1.3.2-a', '1.2', '1', '1.3-a', '2.1.0', '3'),
  component,
);
const REGISTRIES = 'a.io b.a.io ab.a.io c.b.a.io a.io:443 a.io:5000 docker.io registry-1.docker.io'.split(' ');
const PATTERNS_OF_REGISTRIES = 'a.io b.a.io *.a.io *.b.a.io *.io *b.a.io b.*.io *.*.io *.a.io:5000 a.*:443 **'.split(
  ' ',
);
const NAMES_OF_HUB = 'docker.io *.docker.io registry-*.docker.io registry.hub.docker.com registry.*.docker.com'.split(
  ' ',
);

const optional = (prefix: string, part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.option(part, { nil: undefined }).map((value) => (value === undefined ? '' : prefix + value));

const digest = fc.constantFrom(...DIGESTS);
const name = fc
  .tuple(
    fc.constantFrom(...PATTERNS_OF_REGISTRIES, ...NAMES_OF_HUB),
    fc.array(fc.oneof(glob, component, fc.constant('**')), { minLength: 2, maxLength: 5 }),
  )
  .map(([host, rest]) => [host, ...rest].join('/'));
const patternOfTag = fc.oneof(tag, glob, fc.constantFrom('*', '*-*', '1.*', ...RANGES));
const entry = fc
  .oneof(
    {
      weight: 9,
      arbitrary: fc.tuple(name, optional(':', patternOfTag), optional('@', fc.oneof(digest, fc.constant('*')))),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constantFrom('**', ''),
        fc.constant(''),
        digest.map((value) => `@${value}`),
      ),
    },
  )
  .map((parts) => parts.join(''));
const image = fc
  .tuple(
    fc.option(fc.constantFrom(...REGISTRIES), { nil: undefined }),
    fc.array(component, { minLength: 2, maxLength: 4 }),
    optional(':', tag),
    optional('@', digest),
  )
  .map(
    ([host, rest, ofTag, ofDigest]) => [...(host === undefined ? [] : [host]), ...rest].join('/') + ofTag + ofDigest,
  );
const reading: fc.Arbitrary<Reading> = fc.record({
  purpose: fc.constantFrom('allow', 'exempt', 'deny'),
  unqualified: fc.constantFrom('untrusted', 'docker.io'),
});

/** Whether a rule has nothing against an image. */
function allows(rule: AnyRule, options: unknown, reference: string): boolean {
  return (rule.check(parseReference(reference), rule.prepare!(options), caseContext({})) ?? []).length === 0;
}

describe('imagePatterns, of random lists and images', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
  const entries = fc.array(entry, { maxLength: 4 });

  it(`match what they mean, said once more (SEED=${seed})`, () => {
    const matched = { allow: 0, exempt: 0, deny: 0 };
    fc.assert(
      fc.property(entries, image, reading, (list, reference, how) => {
        const expected = list.some((one) => matchesNaively(one, reference, how));
        if (expected) matched[how.purpose] += 1;
        expect(imagePatterns(list, how).matches(parseReference(reference))).to.equal(expected);
      }),
      { numRuns: 20_000, seed },
    );
    for (const count of Object.values(matched)) expect(count).to.be.above(100);
  });

  it(`match the same in any order (SEED=${seed})`, () => {
    const shuffled = entries.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, image, reading, ([list, other], reference, how) => {
        const read = parseReference(reference);
        expect(imagePatterns(other, how).matches(read)).to.equal(imagePatterns(list, how).matches(read));
      }),
      { numRuns: 5000, seed },
    );
  });

  it(`never allow by one more that is denied, or by one less that is allowed (SEED=${seed})`, () => {
    let denied = 0;
    fc.assert(
      fc.property(entries, entry, image, reading, (list, one, reference, { unqualified }) => {
        const isAllowed = (rule: AnyRule, option: string, all: readonly string[]): boolean =>
          allows(rule, { [option]: all, unqualified }, reference);
        const more = [...list, one];
        if (!isAllowed(blockedImages, 'images', list)) {
          denied += 1;
          expect(isAllowed(blockedImages, 'images', more)).to.equal(false);
        }
        if (!isAllowed(allowedRepositories, 'repositories', more)) {
          expect(isAllowed(allowedRepositories, 'repositories', list)).to.equal(false);
        }
      }),
      { numRuns: 5000, seed },
    );
    expect(denied).to.be.above(50);
  });

  it(`deny at least what they would allow (SEED=${seed})`, () => {
    fc.assert(
      fc.property(entries, image, reading, (list, reference, { unqualified }) => {
        const read = parseReference(reference);
        if (!imagePatterns(list, { purpose: 'allow', unqualified }).matches(read)) return;
        expect(imagePatterns(list, { purpose: 'deny', unqualified }).matches(read)).to.equal(true);
      }),
      { numRuns: 5000, seed },
    );
  });
});
