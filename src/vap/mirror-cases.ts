import type { RuleOptions } from '../engine/policy.ts';
import { canonicalPlace } from '../rule/mirror-remedy.ts';
import type { RegistryMirror } from '../rule/registry-mirrors.ts';
import { allOf, anyOf, quoted } from './cel.ts';
import { hasRange, imageCondition, registryCondition } from './image-conditions.ts';
import type { LeaveOut, RuleCase } from './rule-case.ts';

/** The cases of `registry-mirror`: the mapping of the longest registry first, since of those that have an image it counts. */
export function mirrorCases({ mirrors, unqualified }: RuleOptions['options'], leaveOut: LeaveOut): readonly RuleCase[] {
  const isQualified = unqualified === 'untrusted' ? 'i.registry != ""' : undefined;
  return (mirrors as readonly RegistryMirror[])
    .map((mapping) => ({ mapping, from: canonicalPlace(mapping.registry) }))
    .toSorted((a, b) => b.from.length - a.from.length)
    .map(({ mapping, from }) => mirrorCase(mapping, from, isQualified, leaveOut));
}

function mirrorCase(
  { registry, mirror, except = [], digests }: RegistryMirror,
  from: string,
  isQualified: string | undefined,
  leaveOut: LeaveOut,
): RuleCase {
  for (const entry of except.filter(hasRange))
    leaveOut(`the range of ${entry} in the except of ${registry}: all tags pass`);
  const isExcepted = except.length === 0 ? undefined : imageCondition(except, { purpose: 'exempt' });
  // What is mirrored is itself an image only at a path, as its mirror must be one then.
  const isItself = from.includes('/') && mirror.includes('/') ? `i.deny == ${quoted(from)}` : undefined;
  const named = `${quoted(mirror)} + i.deny.substring(${from.length}) + (i.tag == "" ? "" : ":" + i.tag)`;
  return {
    when: allOf([isQualified, anyOf([isItself, `i.deny.startsWith(${quoted(`${from}/`)})`])]),
    violation: {
      problem: quoted('does not come from its mirror'),
      remedy: digests === 'refuse' ? refusing(mirror, named) : `"Write " + ${named} + i.digest + "."`,
      unless: anyOf([registryCondition([canonicalPlace(mirror)], 'i.deny'), isExcepted]),
      ...(digests === 'refuse' && { remains: 'i.digest != ""' }),
    },
  };
}

/** A mirror without digests asks for an image without one. */
function refusing(mirror: string, named: string): string {
  const refusal = `${quoted(`${mirror} serves no digests: write `)} + ${named} + (i.tag == "" ? ", and a tag." : ".")`;
  return `(i.digest == "" ? "Write " + ${named} + "." : ${refusal})`;
}
