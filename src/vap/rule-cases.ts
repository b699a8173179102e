import type { RuleOptions } from '../engine/policy.ts';
import { DOCKER_HUB } from '../image/docker-hub.ts';
import { sentenceList } from '../rule/sentence-list.ts';
import { tagsOrRange } from '../rule/tags-or-range.ts';
import { allOf, anyOf, globExpression, listOf, matchesAny, quoted } from './cel.ts';
import { hasRange, imageCondition, registryCondition } from './image-conditions.ts';
import { mirrorCases } from './mirror-cases.ts';
import type { LeaveOut, RuleCase } from './rule-case.ts';

type Options = RuleOptions['options'];

/** By rule: its cases under options that are valid and complete. None is ever stricter than the rule. */
export const RULE_CASES: Readonly<Record<string, (options: Options, leaveOut: LeaveOut) => readonly RuleCase[]>> = {
  'empty-tag': () => [violation('i.tag == "" && i.digest == ""', 'has no tag', 'Only images with tags are allowed.')],
  'registry-allowlist': ({ registries, unqualified }) => {
    const entries = texts(registries);
    if (entries[0] === '*') return [];
    const isRead = unqualified === 'docker.io' ? undefined : 'i.registry != ""';
    const isAllowed = allOf([isRead, registryCondition(entries, 'i.allow')]);
    const remedy = `Only images from ${sentenceList(entries)} are allowed.`;
    return [violation(`!(${isAllowed})`, 'comes from an untrusted registry', remedy)];
  },
  'blocked-tags': ({ tags, implicitLatest, digest }) => {
    const tag = implicitLatest === true ? '(i.tag == "" && i.digest == "" ? "latest" : i.tag)' : 'i.tag';
    const judged = digest === 'pass' ? 'i.digest == ""' : undefined;
    const blocked = allOf([judged, `${tag} != ""`, tagCondition(texts(tags), tag)]);
    return [violation(blocked, 'has a non-allowed tag', `These tags "${sentenceList(texts(tags))}" are prohibited.`)];
  },
  'allowed-repositories': ({ repositories, unqualified }, leaveOut) => {
    const entries = texts(repositories);
    for (const entry of entries.filter(hasRange)) leaveOut(`the range of ${entry}: all tags pass`);
    const allowed = imageCondition(entries, { purpose: 'allow', unqualified });
    const remedy =
      entries.length === 0
        ? 'No repositories are allowed yet.'
        : `Only images from ${sentenceList(entries)} are allowed.`;
    return [violation(`!(${allowed})`, 'comes from a non-allowed repository', remedy)];
  },
  'blocked-images': ({ images, unqualified }, leaveOut) => {
    const entries = withoutRanges(texts(images), leaveOut);
    const blocked = imageCondition(entries, { purpose: 'deny', unqualified });
    const remedy = `These images "${sentenceList(texts(images))}" are prohibited.`;
    return [violation(blocked, 'has a non-allowed name', remedy)];
  },
  'default-registry': ({ registry }) => {
    const name = registry === DOCKER_HUB ? 'i.official' : 'i.repository';
    const remedy = `${quoted(`Write ${String(registry)}/`)} + ${name} + i.image.substring(i.repository.size()) + "."`;
    return [{ when: 'i.registry == ""', violation: { problem: quoted('names no registry'), remedy } }];
  },
  'registry-mirror': mirrorCases,
  'require-digest': () => [violation('i.digest == ""', 'has no digest', 'Only images with digests are allowed.')],
  'required-pull-policy': ({ policies }, leaveOut) =>
    (policies as readonly { readonly images: readonly string[]; readonly policy: string }[]).flatMap(
      ({ images, policy }) =>
        firstAbout({ images }, leaveOut, {
          problem: '"has the pull policy " + i.pullPolicy',
          remedy: `"Set " + (i.list == "volumes" ? "pullPolicy" : "imagePullPolicy") + ${quoted(` to ${policy}.`)}`,
          // Absent it would be as the API server fills it in, which it has done.
          unless: `i.pullPolicy in ["", ${quoted(policy)}]`,
        }),
    ),
  'tag-pattern': ({ patterns, unqualified }, leaveOut) =>
    (patterns as readonly TagPattern[]).flatMap(({ images, tags, semver }) => {
      if (semver !== undefined) leaveOut(`the range ${semver}: every full version passes`);
      return firstAbout({ images, unqualified }, leaveOut, {
        problem: quoted('has no allowed tag'),
        remedy: quoted(`Only ${tagsOrRange(tags, semver).words} are allowed for this image.`),
        unless: tags === undefined ? FULL_VERSION : allOf(['i.tag != ""', tagCondition(tags, 'i.tag')]),
      });
    }),
};

interface TagPattern {
  readonly images: readonly string[];
  readonly tags?: readonly string[];
  readonly semver?: string;
}

/** No range matches another tag. */
const FULL_VERSION = "i.tag.matches(r'^v?[0-9]+\\.[0-9]+\\.[0-9]+(?:-.*)?$')";

/** Images that a setting or an entry is about, without those of a range: it judges fewer. */
export function withoutRanges(entries: readonly string[], leaveOut: LeaveOut): readonly string[] {
  for (const entry of entries.filter(hasRange)) leaveOut(`the entry ${entry}, as it has a range`);
  return entries.filter((entry) => !hasRange(entry));
}

function violation(when: string, problem: string, remedy: string): RuleCase {
  return { when, violation: { problem: quoted(problem), remedy: quoted(remedy) } };
}

function texts(option: unknown): readonly string[] {
  return option as readonly string[];
}

function tagCondition(tags: readonly string[], tag: string): string {
  const plain = tags.filter((entry) => !entry.includes('*'));
  const globs = tags.filter((entry) => entry.includes('*'));
  return anyOf([
    plain.length > 0 ? `${tag} in ${listOf(plain)}` : undefined,
    globs.length > 0 ? matchesAny(tag, globs.map(globExpression)) : undefined,
  ]);
}

/** An image that may be of an entry with a range passes: the entries after it are not about it for the gate either. */
function firstAbout(
  { images, unqualified }: { readonly images: readonly string[]; readonly unqualified?: unknown },
  leaveOut: LeaveOut,
  said: RuleCase['violation'] & object,
): readonly RuleCase[] {
  const ranges = images.filter(hasRange);
  const whenOf = (entries: readonly string[]) => imageCondition(entries, { purpose: 'deny', unqualified });
  const about = { when: whenOf(withoutRanges(images, leaveOut)), violation: said };
  return ranges.length === 0 ? [about] : [about, { when: whenOf(ranges) }];
}
