import { expect } from 'chai';
import * as fc from 'fast-check';
import type { AdmissionRequest } from '../../src/admission/admission-review.ts';
import { review } from '../../src/admission/review.ts';
import type { Review } from '../../src/admission/respond.ts';
import {
  type Answer,
  type CustomRule,
  type Exemption,
  type Policy,
  type RuleSetting,
  VALID_REFERENCE,
} from '../../src/engine/policy.ts';
import type { Finding } from '../../src/engine/finding.ts';
import type { EnforcementAction } from '../../src/rule/rule.ts';
import { parseReference } from '../../src/image/reference.ts';
import { admissionRequest, podTemplate, WORKLOAD_KINDS } from '../admission-request.ts';
import { type Asked, fakeCustomRules } from '../custom-rules.ts';
import { rulesetUnder } from '../ruleset.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const ACTIONS: readonly EnforcementAction[] = ['off', 'audit', 'warn', 'deny'];
const CUSTOM = ['finds', 'fails'];
const BUILT_IN = ['empty-tag', 'registry-allowlist', 'blocked-tags', 'require-digest'];
const REPOSITORIES = ['gcr.io/acme/app', 'gcr.io/acme/web', 'quay.io/acme/app', 'docker.io/library/nginx'];
const NAMESPACES = ['team-a', 'team-b', 'default'];
const USERS = ['jane', 'joe'];

/** The custom rules object to every image with a tag, the one by a violation, the other by failing. */
const judge = ({ rule, image: raw }: Asked): Answer => {
  if (parseReference(raw).tag === undefined) return { violations: [] };
  return rule === 'fails' ? { failure: 'it threw' } : { violations: [{ problem: 'has a tag', remedy: 'Remove it.' }] };
};

const image = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...REPOSITORIES), fc.constantFrom('', ':1', ':latest', ':edge'))
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.constantFrom('nginx', 'nginx:1', 'X', '', 'docker.io/UPPER:1') },
);
const images = fc.array(image, { maxLength: 4 });
const template = (written: readonly string[]) =>
  podTemplate({ containers: written.map((text, index) => ({ name: `c${index}`, image: text })) });

/** A review of new images, of old ones, or of both. */
const request: fc.Arbitrary<AdmissionRequest> = fc
  .record({
    kind: fc.constantFrom(...WORKLOAD_KINDS),
    operation: fc.constantFrom('CREATE' as const, 'UPDATE' as const),
    images,
    old: images,
    namespace: fc.option(fc.constantFrom(...NAMESPACES), { nil: '' }),
    username: fc.constantFrom(...USERS),
  })
  .map(({ kind: { wrap, ...kind }, operation, images: now, old, namespace, username }) =>
    admissionRequest({
      kind,
      operation,
      namespace,
      userInfo: { username, groups: [] },
      object: wrap(template(now)),
      ...(operation === 'UPDATE' && { oldObject: wrap(template(old)) }),
    }),
  );

const options: Readonly<Record<string, fc.Arbitrary<Readonly<Record<string, unknown>>>>> = {
  'registry-allowlist': fc.record(
    {
      registries: fc.constantFrom(['quay.io'], ['gcr.io/acme'], ['*']),
      unqualified: fc.constantFrom('docker.io', 'untrusted'),
    },
    { requiredKeys: [] },
  ),
  'blocked-tags': fc.record({ tags: fc.constantFrom(['edge'], ['*']) }, { requiredKeys: [] }),
};

const setting = (name: string): fc.Arbitrary<RuleSetting> =>
  fc
    .tuple(
      fc.option(fc.constantFrom(...ACTIONS.slice(name === VALID_REFERENCE ? 1 : 0)), { nil: undefined }),
      options[name] ?? fc.constant({}),
    )
    .map(([action, written]) => ({ ...(action !== undefined && { action }), options: written, sources: {} }));

const settings: fc.Arbitrary<Policy['rules']> = fc
  .record(Object.fromEntries([...BUILT_IN, ...CUSTOM, VALID_REFERENCE].map((name) => [name, setting(name)])), {
    requiredKeys: [],
  })
  .map((written) => new Map(Object.entries(written) as [string, RuleSetting][]));

const some = (texts: readonly string[]) => fc.option(fc.subarray([...texts], { minLength: 1 }), { nil: undefined });
const exemption: fc.Arbitrary<Exemption> = fc
  .record({
    rules: some([...BUILT_IN, ...CUSTOM]),
    namespaces: some(NAMESPACES),
    images: some(REPOSITORIES),
    users: some(USERS),
    expires: fc.constantFrom(0, 1, Infinity),
  })
  .map(({ expires, ...parts }) => ({
    ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)),
    name: 'e',
    reason: 'r',
    owner: 'o',
    expires,
  }));

const policy: fc.Arbitrary<Policy> = fc.record({
  profiles: fc.constant(new Map()),
  decisionId: fc.constant(false),
  rewriteWarnings: fc.constant(false),
  rules: settings,
  enforcement: fc.constantFrom('deny', 'warn', 'audit'),
  namespaces: fc.array(
    fc.record({ names: fc.subarray([...NAMESPACES, 'team-*', '*'], { minLength: 1 }), rules: settings }),
    { maxLength: 2 },
  ),
  exemptions: fc.array(exemption, { maxLength: 3 }),
  contact: fc.constantFrom(undefined, 'Ask #images.'),
  podSpecPaths: fc.constant(new Map<string, readonly string[]>()),
});

/** A gate under a policy. To make one costs more than many reviews. */
function gateUnder(
  under: Policy,
  custom: readonly CustomRule[] = fakeCustomRules(CUSTOM, judge),
): (asked: AdmissionRequest) => Promise<Review> {
  const ruleset = rulesetUnder(under, custom);
  return async (asked) => review(asked, ruleset, { now: 0 });
}

const requests = fc.array(request, { minLength: 1, maxLength: 20 });

/** What is found, whatever follows from it. */
const placed = ({ rule, image: { container, raw }, problem, remedy, failed }: Finding): string =>
  // What a failure means depends on what follows from it.
  JSON.stringify([container.fieldPath, raw, rule, problem, failed ? '' : remedy, failed]);

/** The strictness of what follows from a finding. */
const followed = ({ action, exemption: covering }: Finding): number => (covering ? 0 : ACTIONS.indexOf(action));

/** Every rule denies, everywhere, and nothing is exempt; the options are as they were. */
function everythingDenies(under: Policy): Policy {
  const denying = (written: Policy['rules']): Policy['rules'] =>
    new Map(
      [...BUILT_IN, ...CUSTOM, VALID_REFERENCE].map((name) => [
        name,
        { options: {}, sources: {}, ...written.get(name), action: 'deny' },
      ]),
    );
  const namespaces = under.namespaces.map(({ names, rules }) => ({ names, rules: denying(rules) }));
  return { ...under, rules: denying(under.rules), namespaces, enforcement: 'deny', exemptions: [] };
}

describe(`reviews under any policy (${RUNS} runs, SEED=${SEED})`, function () {
  this.timeout(Math.max(120_000, RUNS * 200));
  const check = async <T extends [unknown, ...unknown[]]>(property: fc.IAsyncProperty<T>): Promise<void> =>
    fc.assert(property, { numRuns: RUNS, seed: SEED });
  const rehearsal = fc.constantFrom('warn' as const, 'audit' as const);

  it('deny exactly if a finding denies and is not exempt', async () => {
    const property = fc.asyncProperty(requests, policy, async (all, under) => {
      const gate = gateUnder(under);
      for (const asked of all) {
        const { verdict, response, findings } = await gate(asked);
        const denies = findings.some((finding) => followed(finding) === ACTIONS.indexOf('deny'));
        expect(verdict).to.equal(denies ? 'denied' : 'allowed');
        expect(response.allowed).to.equal(!denies);
      }
    });
    await check(property);
  });

  it('never deny in rehearsal what can be read, and find the same as in earnest', async () => {
    const property = fc.asyncProperty(requests, policy, rehearsal, async (all, under, enforcement) => {
      const rehearse = gateUnder({ ...under, enforcement });
      const earnest = gateUnder({ ...under, enforcement: 'deny' });
      for (const asked of all) {
        const { verdict, response, findings } = await rehearse(asked);
        expect(verdict).to.equal('allowed');
        expect(response.allowed).to.equal(true);
        expect(findings.filter(({ action }) => action !== 'audit' && action !== enforcement)).to.deep.equal([]);
        const { findings: inEarnest } = await earnest(asked);
        expect(findings.map(placed)).to.deep.equal(inEarnest.map(placed));
        for (const [index, finding] of findings.entries()) {
          expect(followed(finding)).to.be.at.most(followed(inEarnest[index]!));
        }
      }
    });
    await check(property);
  });

  it('deny what cannot be read, and what the gate fails to judge, also in rehearsal', async () => {
    const property = fc.asyncProperty(request, policy, async (asked, under) => {
      const broken = fakeCustomRules(CUSTOM, () => {
        throw new Error('gone');
      });
      const gate = gateUnder(under, broken);
      const unreadable = await gate({ ...asked, object: { spec: 'x', template: 'x' } });
      expect(unreadable.verdict).to.equal('denied');
      expect(unreadable.response.allowed).to.equal(false);
      const failed = await gate(asked);
      expect(failed.verdict === 'errored').to.equal(broken.asked.length > 0);
      if (failed.verdict === 'errored') expect(failed.response.allowed).to.equal(false);
    });
    await check(property);
  });

  it('change by an exemption no finding of a rule, an image or a requester that it does not cover', async () => {
    const property = fc.asyncProperty(requests, policy, exemption, async (all, under, added) => {
      const without = gateUnder({ ...under, exemptions: [] });
      const withIt = gateUnder({ ...under, exemptions: [added] });
      const { rules, namespaces, images: repositories, users, expires } = added;
      for (const asked of all) {
        const { findings } = await withIt(asked);
        const before = (await without(asked)).findings;
        expect(findings.map(withoutExemption)).to.deep.equal(before);
        const isConcerned =
          expires > 0 &&
          namespaces?.includes(asked.namespace!) !== false &&
          users?.includes(asked.userInfo!.username!) !== false;
        for (const { rule, image: judgedImage, exemption: covering } of findings) {
          // No pattern here has a *, so that an image is listed if its repository is.
          const written = judgedImage.raw.replace(/:[^/]*$/, '');
          const isUnqualified = written === 'nginx';
          const repository = isUnqualified ? 'docker.io/library/nginx' : written;
          const isListed = repositories?.includes(repository) !== false;
          // To this rule an image without a registry is of Docker Hub only where its option says so.
          if (isUnqualified && repositories !== undefined && rule === 'registry-allowlist') continue;
          const isCovered = isConcerned && isListed && rule !== VALID_REFERENCE && rules?.includes(rule) !== false;
          expect(covering !== undefined, `${rule} ${judgedImage.raw}`).to.equal(isCovered);
        }
      }
    });
    await check(property);
  });

  it('are nowhere stricter than where everything denies', async () => {
    const property = fc.asyncProperty(requests, policy, async (all, under) => {
      const gate = gateUnder(under);
      const strictest = gateUnder(everythingDenies(under));
      for (const asked of all) {
        const { verdict, findings } = await gate(asked);
        const most = await strictest(asked);
        const found = new Map(most.findings.map((finding) => [placed(finding), finding]));
        for (const finding of findings) {
          const stricter = found.get(placed(finding));
          expect(stricter, placed(finding)).to.not.equal(undefined);
          expect(followed(finding)).to.be.at.most(followed(stricter!));
        }
        if (verdict === 'denied') expect(most.verdict).to.equal('denied');
      }
    });
    await check(property);
  });
});

function withoutExemption(finding: Finding): Finding {
  const { exemption: covering, ...rest } = finding;
  return covering === undefined ? finding : rest;
}
