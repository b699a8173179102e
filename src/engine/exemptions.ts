import { globMatcher } from '../image/glob.ts';
import { InvalidReferenceError } from '../image/reference.ts';
import { imagePatterns } from '../rule/image-patterns.ts';
import type { RequestContext } from '../rule/rule.ts';
import type { Finding } from './finding.ts';
import { DEFAULT_SETTINGS, type RuleSettings } from './layers.ts';
import { type Exemption, type RuleSetting, VALID_REFERENCE } from './policy.ts';

/** An exemption, compiled. */
export interface CompiledExemption {
  readonly exemption: Exemption;
  /** Whether it covers a finding, regardless of its expiry. */
  readonly covers: (finding: Finding, request: RequestContext) => boolean;
}

/**
 * Rules that list trusted registries. Exemptions from them match images as strictly as the rule does: on nodes with search
 * registries, `nginx` may not come from Docker Hub.
 */
export const TRUSTING: readonly string[] = ['registry-allowlist', 'allowed-repositories'];

/** How the rules of TRUSTING read images without a registry. */
type Unqualified = readonly ('docker.io' | 'untrusted')[];

/** Compiles exemptions under the settings of a selection; only once for those that make no difference to them. */
export function exemptionCompiler(
  exemptions: readonly Exemption[],
): (settings: RuleSettings) => readonly CompiledExemption[] {
  const compiled = new Map<string, readonly CompiledExemption[]>();
  return (settings) => {
    const unqualified = TRUSTING.map((rule) => unqualifiedUnder(settings.get(rule)?.settings));
    const known = compiled.get(unqualified.join());
    if (known !== undefined) return known;
    const all = exemptions.map((exemption) => ({ exemption, covers: compile(exemption, unqualified) }));
    compiled.set(unqualified.join(), all);
    return all;
  };
}

/** A finding does not say which of several settings it is of, so all must trust Docker Hub. */
export function unqualifiedUnder(settings: readonly RuleSetting[] = DEFAULT_SETTINGS): Unqualified[number] {
  return settings.every(({ options }) => options['unqualified'] === 'docker.io') ? 'docker.io' : 'untrusted';
}

/** One condition of an exemption. An absent one has no test, since it covers all. */
type Test = (finding: Finding, request: RequestContext) => boolean;

function compile(exemption: Exemption, unqualified: Unqualified): Test {
  const tests = [
    rulesTest(exemption),
    namespacesTest(exemption),
    imagesTest(exemption, unqualified),
    subjectsTest(exemption),
  ];
  const present = tests.filter((test) => test !== undefined);
  return (finding, request) => finding.rule !== VALID_REFERENCE && present.every((test) => test(finding, request));
}

function rulesTest({ rules }: Exemption): Test | undefined {
  return rules === undefined ? undefined : ({ rule }) => rules.includes(rule);
}

function namespacesTest({ namespaces }: Exemption): Test | undefined {
  const matchers = namespaces?.map(globMatcher);
  return matchers && ((_, { namespace }) => namespace !== undefined && matchers.some((matches) => matches(namespace)));
}

function imagesTest({ images }: Exemption, unqualified: Unqualified): Test | undefined {
  if (images === undefined) return undefined;
  const fromTrusting = new Map(
    TRUSTING.map((rule, index) => [
      rule,
      imagePatterns(images, { purpose: 'allow', unqualified: unqualified[index]! }),
    ]),
  );
  const fromOthers = imagePatterns(images, { purpose: 'exempt' });
  return ({ rule, image: { reference } }) =>
    !(reference instanceof InvalidReferenceError) && (fromTrusting.get(rule) ?? fromOthers).matches(reference);
}

/** Users, groups and service accounts are one test: any may match. Only the direct requester is known. */
function subjectsTest({ users, groups, serviceAccounts }: Exemption): Test | undefined {
  if (users === undefined && groups === undefined && serviceAccounts === undefined) return undefined;
  const names = new Set([
    ...(users ?? []),
    ...(serviceAccounts ?? []).map((account) => `system:serviceaccount:${account}`),
  ]);
  return (_, { userInfo }) =>
    names.has(userInfo.username) || userInfo.groups.some((group) => groups?.includes(group) === true);
}

/**
 * Marks the findings covered by an exemption that has not expired; they neither deny nor warn. This is the only place that
 * applies exemptions. Of several, the one that expires last is named.
 *
 * @param now in milliseconds since 1970
 */
export function exempt(
  findings: readonly Finding[],
  exemptions: readonly CompiledExemption[],
  request: RequestContext,
  now: number,
): readonly Finding[] {
  if (exemptions.length === 0 || findings.length === 0) return findings;
  return findings.map((finding) => {
    let last: Exemption | undefined;
    for (const { exemption, covers } of exemptions) {
      // Of those with the same expiry, the first.
      if (exemption.expires > (last?.expires ?? now) && covers(finding, request)) last = exemption;
    }
    return last === undefined ? finding : { ...finding, exemption: last };
  });
}

/** The last day on which an exemption holds, in UTC: `2027-03-31`, or `never` if it has no end. */
export function lastDay({ expires }: Exemption): string {
  return expires === Infinity ? 'never' : new Date(expires - 1).toISOString().slice(0, 10);
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The end of such a day, in milliseconds since 1970; `NaN` if there is none. */
export function endOfDay(day: string): number {
  if (day === 'never') return Infinity;
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  // Date.parse reads 30 February as 2 March.
  return !Number.isNaN(start) && new Date(start).toISOString().startsWith(day) ? start + DAY_MS : NaN;
}

/** The expired exemptions: no mistake, but they should be removed. @param now in milliseconds since 1970 */
export function lapsedExemptions(exemptions: readonly Exemption[], now: number): readonly Exemption[] {
  return exemptions.filter(({ expires }) => now >= expires);
}
