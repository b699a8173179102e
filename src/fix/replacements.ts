import type { AdmissionRequest } from '../admission/admission-review.ts';
import { requestContext } from '../admission/request-context.ts';
import type { Review } from '../admission/respond.ts';
import { completed, evaluate, ruleContexts } from '../engine/evaluate.ts';
import { exempt } from '../engine/exemptions.ts';
import { rewriter } from '../engine/rewrite.ts';
import { type BoundRule, type Ruleset, type Selection, selectionFor } from '../engine/ruleset.ts';
import { imageAs } from '../workload/image-as.ts';
import type { ContainerImage } from '../workload/images.ts';
import {
  type KnownReference,
  type KnownReferences,
  knownReferences,
  type RuleWithOptions,
} from './nearest-reference.ts';

/** What to write in place of an image. */
export interface Replacement extends KnownReference {
  readonly image: ContainerImage;
  /** The rules that object to the image, and no longer to this. */
  readonly ends: ReadonlySet<string>;
}

/** Replacements by the field path of the image. */
export type Replacements = ReadonlyMap<string, Replacement>;

interface JudgedRequest {
  readonly request: AdmissionRequest;
  readonly review: Review | undefined;
  readonly profile?: string | undefined;
}

/**
 * Finds for each image that rules object to, whatever their action, the reference to which the fewest still do, and no
 * other. Each is judged in the place of the image, as the gate would.
 *
 * @param now in milliseconds since 1970
 */
export function replacementFinder(
  ruleset: Ruleset,
  optionsOf: (rule: BoundRule) => RuleWithOptions['options'],
  now: number,
): (judged: JudgedRequest) => Replacements {
  const known = new Map<Selection, KnownReferences>();
  return ({ request, review, profile: label }) => {
    const objections = objectionsTo(review?.findings ?? []);
    if (objections.size === 0) return new Map();
    const profile = label !== undefined && ruleset.profiles.has(label) ? label : undefined;
    const context = requestContext(request, now, profile);
    const selection = selectionFor(ruleset, profile, context.namespace);
    const find =
      known.get(selection) ?? knownReferences(selection.rules.map((rule) => ({ rule, options: optionsOf(rule) })));
    known.set(selection, find);
    const [contextOf, rewrite] = [ruleContexts(context), rewriter(selection, context, now)];
    const rulesAgainst = (image: ContainerImage, raw: string): ReadonlySet<string> => {
      const becomes = rewrite(imageAs(image, raw));
      const found = exempt(completed(evaluate([becomes], selection, context)), selection.exemptions, context, now);
      return objectionsTo(found).values().next().value ?? new Set();
    };
    const best = [...objections].map(([image, before]) =>
      bestOf(image, before, find(image.raw, contextOf(image)), (raw) => rulesAgainst(image, raw)),
    );
    return new Map(best.flatMap((one) => (one === undefined ? [] : [[one.image.container.fieldPath, one]])));
  };
}

/** The rules that object to each image, where no exemption covers it. */
function objectionsTo(findings: Review['findings']): ReadonlyMap<ContainerImage, ReadonlySet<string>> {
  const objections = new Map<ContainerImage, Set<string>>();
  for (const { image, rule, exemption } of findings)
    if (exemption === undefined) objections.set(image, (objections.get(image) ?? new Set()).add(rule));
  return objections;
}

/** That which most objections end by, of equals one that is not guessed, and else the first. */
function bestOf(
  image: ContainerImage,
  before: ReadonlySet<string>,
  candidates: Iterable<KnownReference>,
  rulesAgainst: (raw: string) => ReadonlySet<string>,
): Replacement | undefined {
  let best: Replacement | undefined;
  let lowest = 2 * before.size;
  for (const candidate of candidates) {
    const after = rulesAgainst(candidate.reference);
    const rank = 2 * after.size + Number(candidate.guessed);
    if (after.size >= before.size || rank >= lowest || [...after].some((rule) => !before.has(rule))) continue;
    lowest = rank;
    best = { ...candidate, image, ends: new Set([...before].filter((rule) => !after.has(rule))) };
    if (rank === 0) break;
  }
  return best;
}
