import { expect } from 'chai';
import * as fc from 'fast-check';
import { review } from '../../src/admission/review.ts';
import {
  DEFAULT_POLICY,
  type Exemption,
  type Policy,
  type RuleEntries,
  type RuleEntry,
  type RuleSetting,
} from '../../src/engine/policy.ts';
import { createRuleset } from '../../src/engine/ruleset.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { podCreate } from '../admission-request.ts';
import { exemptionOf } from '../exemption.ts';
import { BUILT_IN, settingsOf } from '../ruleset.ts';
import { naiveFindings, OBJECTS, type PlainCase, RULES } from './naive-verdicts.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const some = <T>(of: readonly T[]) => fc.subarray([...of], { minLength: 1 });
const tags = some(['x', 'y', 'z']);
const namespaces = some(['team-a', 'team-*', 'prod', '*d']);
const images = some(['gcr.io/acme/**', 'quay.io/acme/app', '**/app', 'quay.io/acme/*', 'gcr.io/acme/app:y']);
const ACTIONS = ['deny', 'warn', 'audit', 'off'] as const;

const setting: fc.Arbitrary<RuleSetting> = fc
  .record(
    { action: fc.constantFrom(...ACTIONS), tags, namespaces, images, message: fc.constantFrom('A.', 'B.') },
    { requiredKeys: [] },
  )
  .map(({ tags: listed, ...rest }) => ({ ...rest, options: listed ? { tags: listed } : {}, sources: {} }));
const plain: fc.Arbitrary<RuleSetting> = fc
  .constantFrom(...ACTIONS)
  .map((action) => ({ action, options: {}, sources: {} }));
const entries: fc.Arbitrary<RuleEntries> = fc
  .record(
    Object.fromEntries(
      Object.keys(OBJECTS).map((name) => [
        name,
        fc.oneof(plain, setting, fc.array(setting, { minLength: 1, maxLength: 3 })),
      ]),
    ),
    { requiredKeys: [] },
  )
  .map((all) => new Map(Object.entries(all) as [string, RuleEntry][]));
const exemption: fc.Arbitrary<Exemption> = fc
  .record(
    { rules: some(Object.keys(OBJECTS)), namespaces, images, expires: fc.constantFrom(0, 2, Infinity) },
    { requiredKeys: ['expires'] },
  )
  .map((parts) => exemptionOf(parts));
const policy: fc.Arbitrary<Policy> = fc.record({
  rules: entries,
  profiles: fc.record({ lab: entries, prod: entries }, { requiredKeys: [] }).map((all) => new Map(Object.entries(all))),
  namespaces: fc.array(fc.record({ names: namespaces, rules: entries }), { maxLength: 3 }),
  exemptions: fc.array(exemption, { maxLength: 2 }),
  enforcement: fc.constantFrom('deny' as const, 'deny' as const, 'warn' as const),
  contact: fc.constant(undefined),
  decisionId: fc.boolean(),
  rewriteWarnings: fc.boolean(),
  podSpecPaths: fc.constant(new Map()),
});
const asked: fc.Arbitrary<PlainCase> = fc.record({
  profile: fc.constantFrom(undefined, 'lab', 'prod', 'unknown'),
  namespace: fc.constantFrom(undefined, 'team-a', 'team-b', 'prod', 'default'),
  image: fc.record({
    repository: fc.constantFrom('gcr.io/acme/app', 'gcr.io/acme/web', 'quay.io/acme/app', 'quay.io/other/app'),
    tag: fc.constantFrom('x', 'y', 'z', 'w'),
  }),
  now: fc.constantFrom(0, 1, 2),
});

/** What the compiled policy finds in a pod of one image; `undefined` if it is refused. */
function compiledFindings(under: Policy, rules: readonly AnyRule[], cases: readonly PlainCase[]) {
  try {
    const ruleset = createRuleset(rules, [], under);
    return cases.map(({ profile, namespace, image: { repository, tag }, now }) => {
      const request = podCreate({ app: `${repository}:${tag}` }, { namespace: namespace ?? '' });
      const { findings, verdict } = review(request, ruleset, { now, profile });
      expect(verdict).to.not.equal('errored');
      return findings.map((found) => [found.rule, found.action, found.exemption !== undefined]);
    });
  } catch (error) {
    if (error instanceof MistakesError) return undefined;
    throw error;
  }
}

describe(`a compiled policy (${RUNS} runs, SEED=${SEED})`, () => {
  it('finds what a naive reading of it finds, and is refused where that does not know what is meant', () => {
    let refused = 0;
    const property = fc.property(policy, fc.array(asked, { minLength: 1, maxLength: 20 }), (under, cases) => {
      const found = compiledFindings(under, RULES, cases);
      const expected = cases.map((one) => naiveFindings(under, one));
      if (found === undefined) refused += 1;
      else expect(found).to.deep.equal(expected);
      if (expected.includes(undefined)) expect(found).to.equal(undefined);
    });
    fc.assert(property, { numRuns: RUNS, seed: SEED });
    expect(refused).to.be.below(RUNS * 0.8);
  });

  const patterns = fc.uniqueArray(
    fc.constantFrom(
      'gcr.io/acme/**',
      'gcr.io/acme/app',
      '*.gcr.io/acme/*',
      'docker.io/library/nginx',
      'docker.io/**',
      '**/app',
      'gcr.io/acme/app:1.*',
      'gcr.io/acme/app:>=1.2.0 <2',
      'gcr.io/acme/web:latest',
      '**/web:*@*',
      'quay.io/*/app:1.2',
    ),
    { minLength: 2, maxLength: 6 },
  );
  const image: fc.Arbitrary<PlainCase['image']> = fc.record({
    repository: fc.constantFrom(
      'gcr.io/acme/app',
      'eu.gcr.io/acme/web',
      'nginx',
      'quay.io/acme/app',
      'gcr.io/acme/web',
    ),
    tag: fc.constantFrom('1.2', '1.2.3', 'latest', '2.0.0', `1.2@sha256:${'0'.repeat(64)}`),
  });
  /** Which of the images one rule with one list denies. */
  const deniedBy = (rule: string, option: string, list: readonly string[], all: readonly PlainCase['image'][]) => {
    const rules = settingsOf({ [rule]: { action: 'deny', options: { [option]: list } } });
    const alone = BUILT_IN.filter(({ meta }) => meta.name === rule);
    const cases = all.map((one) => ({ profile: undefined, namespace: 'default', image: one, now: 0 }));
    const found = compiledFindings({ ...DEFAULT_POLICY, rules }, alone, cases)!;
    return all.filter((_, index) => found[index]!.length > 0);
  };
  for (const [rule, option, list, what] of [
    ['blocked-images', 'images', patterns, 'denied'],
    [
      'blocked-tags',
      'tags',
      fc.uniqueArray(fc.constantFrom('1.*', 'latest', '1.2', '*.0'), { minLength: 2 }),
      'denied',
    ],
    ['allowed-repositories', 'repositories', patterns, 'allowed'],
    [
      'registry-allowlist',
      'registries',
      fc.uniqueArray(fc.constantFrom('gcr.io', '*.gcr.io', 'docker.io', 'quay.io/acme'), { minLength: 2 }),
      'allowed',
    ],
  ] as const) {
    it(`of ${rule} does not depend on the order of ${option}, and a longer list of what is ${what} is never ${what === 'denied' ? 'laxer' : 'stricter'}`, () => {
      const property = fc.property(list, fc.array(image, { minLength: 10 }), fc.nat(), (written, of, at) => {
        const denied = deniedBy(rule, option, written, of);
        expect(deniedBy(rule, option, written.toReversed(), of)).to.deep.equal(denied);
        const before = deniedBy(rule, option, written.toSpliced(at % written.length, 1), of);
        const [fewer, more] = what === 'denied' ? [before, denied] : [denied, before];
        expect(more).to.include.members(fewer);
      });
      fc.assert(property, { numRuns: RUNS / 4, seed: SEED });
    });
  }
});
