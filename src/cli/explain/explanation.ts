import type { Finding, Judge } from '../../engine/finding.ts';
import { DEFAULT_SETTINGS } from '../../engine/layers.ts';
import { type ActiveAction, type RuleSetting, VALID_REFERENCE } from '../../engine/policy.ts';
import { type BoundRule, type Ruleset, type Selection, selectionFor } from '../../engine/ruleset.ts';
import { fullReference } from '../../image/full-reference.ts';
import { invalidPosition } from '../../image/invalid-position.ts';
import { readReference } from '../../image/read-reference.ts';
import { InvalidReferenceError } from '../../image/reference.ts';
import { sentence } from '../../admission/response.ts';
import { firstPassing, knownReferences } from '../../fix/nearest-reference.ts';
import { DEFAULT_NAMESPACE } from '../../manifest/admission-request.ts';
import { type PlacedImage, podContext, podReview, type RewrittenImage, rewrittenIn } from '../pod-review.ts';
import { type ExemptionEntry, exemptionEntry } from '../policy-report.ts';
import { type KnownRule, optionsInForce } from '../rules-in-force.ts';
import type { TriedPolicy } from '../tried-policy.ts';
import type { FoundImage } from './images-in.ts';
import { type Original, originalIf, originalsOf } from './originals.ts';
import { type Place, placesOf, settingParts, settingsIn } from './setting-parts.ts';

/** A part of a reference: as written, and as container runtimes read it. */
export interface ReadPart {
  readonly written: string | undefined;
  readonly read: string | undefined;
}

/** How a reference is read. */
export interface Reading {
  readonly registry: ReadPart;
  readonly repository: ReadPart;
  readonly tag: ReadPart;
  readonly digest: ReadPart;
  /** All of it, as container runtimes read it. */
  readonly full: string;
}

/** Why a text is no reference. */
export interface Invalid {
  readonly reason: string;
  /** The index of the first character that is wrong; the text's length if something is missing at its end. */
  readonly position: number;
}

/** What one setting of a rule says of an image. */
export interface RuleAnswer {
  readonly rule: string;
  readonly action: ActiveAction;
  /** `elsewhere` if its namespaces or images are others; `rewritten` if it is fine then. */
  readonly answer: 'fine' | 'violated' | 'exempt' | 'elsewhere' | 'rewritten';
  /** What led to that. */
  readonly mappings?: readonly string[];
  readonly sentences: readonly string[];
  /** Where the setting is configured; empty if it is by default. */
  readonly places: readonly string[];
  /** What covers the violation. */
  readonly exemption: ExemptionEntry | undefined;
}

/** All about the verdict on one image. */
export interface Explanation extends PlacedImage {
  readonly verdict: 'allowed' | 'denied';
  /** About something else than the image. */
  readonly notice: string | undefined;
  readonly reference: Reading | Invalid;
  /** What the policy rewrites it to, and what is judged. */
  readonly rewritten?: string;
  /** What the policy rewrites to it. */
  readonly originals?: readonly Original[];
  /** What its pod was made with, by an annotation that is true. */
  readonly original?: Original;
  /** In the order of their violations; of an invalid reference, `valid-reference` alone. */
  readonly rules: readonly RuleAnswer[];
  /** Of a denied image: a reference that would pass, if the policy knows one. */
  readonly nearest: string | undefined;
}

/**
 * Explains the verdict on an image.
 *
 * @param now in milliseconds since 1970
 * @throws what the engine threw, which the gate would deny for
 */
export function explanation(
  tried: TriedPolicy,
  { claim, ...placed }: PlacedImage & Partial<FoundImage>,
  now: number,
): Explanation {
  const { ruleset, rules } = tried;
  const original = claim === undefined ? undefined : originalIf(claim, ruleset, placed, now);
  const { image, namespace = DEFAULT_NAMESPACE, profile } = placed;
  const selection = selectionFor(ruleset, profile, namespace);
  const reviewed = podReview(ruleset, placed, now);
  const { verdict, unknownProfile, response } = reviewed;
  const rewritten = rewrittenIn(reviewed);
  const originals = original === undefined ? originalsOf(ruleset, placed, now) : [];
  const isDenied = verdict !== 'allowed';
  const find = knownReferences(
    selection.rules.map((rule) => ({ rule, options: optionsInForce(rule.setting, knownRule(rules, rule.name)) })),
  );
  const passes = (other: string): boolean => podReview(ruleset, { ...placed, image: other }, now).verdict === 'allowed';
  return {
    ...placed,
    verdict: isDenied ? 'denied' : 'allowed',
    notice: unknownProfile === true ? response.warnings?.[0] : undefined, // notices come first
    reference: referenceOf(image),
    ...(rewritten && { rewritten: rewritten.raw }),
    ...(originals.length > 0 && { originals }),
    ...(original && { original }),
    rules: answers(tried, { ...placed, namespace }, selection, rewritten, now),
    nearest: isDenied ? firstPassing(find(image, podContext(ruleset, placed, now)), passes) : undefined,
  };
}

function referenceOf(image: string): Reading | Invalid {
  const read = readReference(image);
  if (read instanceof InvalidReferenceError) return { reason: read.reason, position: invalidPosition(image) };
  const { registry, repository, tag, digest, normalized } = read;
  const runs = tag ?? (digest === undefined ? 'latest' : undefined);
  return {
    registry: { written: registry, read: normalized.registry },
    repository: { written: repository, read: normalized.repository },
    tag: { written: tag, read: runs },
    digest: { written: digest, read: digest },
    full: fullReference({ normalized, tag: runs, digest }),
  };
}

function knownRule(rules: readonly KnownRule[], name: string): KnownRule {
  return rules.find((rule) => rule.name === name) ?? { name }; // the engine's own is none of them
}

function answers(
  { ruleset, rules }: TriedPolicy,
  placed: PlacedImage & Place,
  selection: Selection,
  rewritten: RewrittenImage | undefined,
  now: number,
): readonly RuleAnswer[] {
  const { image, namespace } = placed;
  const read = readReference(rewritten?.raw ?? image);
  // One at a time, since a finding does not say of which setting it is.
  const findingsOf = (asked: readonly BoundRule[]): readonly Finding[] =>
    podReview(withSelection(ruleset, { ...selection, rules: asked }), placed, now).findings;
  const placesOfSetting = (name: string, setting: RuleSetting): readonly string[] =>
    placesOf(settingParts(setting, knownRule(rules, name), ruleset.policy.enforcement));
  if (read instanceof InvalidReferenceError) {
    const settings = settingsIn(ruleset, placed).get(VALID_REFERENCE)?.settings ?? DEFAULT_SETTINGS;
    return [answerOf(selection.validReference, placesOfSetting(VALID_REFERENCE, settings[0]!), findingsOf([]))];
  }
  return selection.rules.map((rule) => {
    const isElsewhere = rule.judges?.(read, { namespace }) === false;
    const answer = answerOf(
      rule,
      placesOfSetting(rule.name, rule.setting),
      isElsewhere ? undefined : findingsOf([rule]),
    );
    return rule.rewrites === true ? answerOfRewriting(answer, rewritten) : answer;
  });
}

/** The ruleset with one selection for all places. */
function withSelection(ruleset: Ruleset, everywhere: Selection): Ruleset {
  const only = { everywhere, overrides: [] };
  return { ...ruleset, ...only, profiles: new Map([...ruleset.profiles.keys()].map((profile) => [profile, only])) };
}

/** Of settings of one rule it is not known which has rewritten the image: any that has nothing else to say. */
function answerOfRewriting(answer: RuleAnswer, rewritten: RewrittenImage | undefined): RuleAnswer {
  const steps = rewritten?.rewrites.filter(({ rule }) => rule === answer.rule) ?? [];
  if (steps.length === 0 || answer.sentences.length > 0) return answer;
  return { ...answer, answer: 'rewritten', mappings: steps.map(({ mapping }) => mapping) };
}

/** @param findings `undefined` if it does not judge the image */
function answerOf({ name, action }: Judge, places: readonly string[], findings?: readonly Finding[]): RuleAnswer {
  const exemption = findings?.[0]?.exemption; // an exemption covers all of a rule's findings about an image
  return {
    rule: name,
    action,
    answer: findings === undefined ? 'elsewhere' : exemption ? 'exempt' : findings.length > 0 ? 'violated' : 'fine',
    sentences: findings?.map(sentence) ?? [],
    places,
    exemption: exemption && exemptionEntry(exemption),
  };
}
