import { readReference } from '../image/read-reference.ts';
import { type ImageReference, InvalidReferenceError } from '../image/reference.ts';
import type { RequestContext, Rewriting, RuleContext } from '../rule/rule.ts';
import type { ContainerImage } from '../workload/images.ts';
import { ruleContexts } from './evaluate.ts';
import { exempt } from './exemptions.ts';
import { violationFinding } from './finding.ts';
import type { RewritingRule, Selection } from './ruleset.ts';

export type Rewriter = (image: ContainerImage) => ContainerImage;

/**
 * Rewrites images by the rules of a selection, one after the other, until none has anything to rewrite: so what is rewritten
 * is never rewritten again. An image that none rewrites is returned as it is, the same object; and so is one that rules
 * would send round in a circle, which they then deny.
 *
 * @param now in milliseconds since 1970
 */
export function rewriter(
  { rewrites, exemptions }: Pick<Selection, 'rewrites' | 'exemptions'>,
  request: RequestContext,
  now: number,
): Rewriter {
  if (rewrites.length === 0) return (image) => image;
  const contextOf = ruleContexts(request);
  const isExempt = (rule: RewritingRule, image: ContainerImage): boolean =>
    exemptions.length > 0 &&
    exempt([violationFinding(rule, image, SOME)], exemptions, request, now)[0]!.exemption !== undefined;
  const step = (image: ContainerImage, context: RuleContext): ContainerImage =>
    rewrites.reduce((before, rule) => {
      const after = rewrittenBy(rule, before, context);
      return after === before || isExempt(rule, before) ? before : after;
    }, image);

  return (image) => {
    const context = contextOf(image);
    let last = image;
    // Each rule in turn gets at most what all others made.
    for (let steps = 0; steps <= rewrites.length; steps += 1) {
      const next = step(last, context);
      if (next === last) return next;
      last = next;
    }
    return image;
  };
}

/** Exemptions ask about the rule and the image, not about the words. */
const SOME = { problem: '', remedy: '' };

function rewrittenBy(rule: RewritingRule, image: ContainerImage, context: RuleContext): ContainerImage {
  const { raw, reference, written = raw, rewrites = [] } = image;
  if (reference instanceof InvalidReferenceError) return image;
  const rewriting = rewritingBy(rule, reference, context);
  if (rewriting === undefined || rewriting.reference === raw) return image;
  const read = readReference(rewriting.reference);
  if (read instanceof InvalidReferenceError) return image; // too long, say: then it is denied as it is
  const by = { rule: rule.name, mapping: rewriting.mapping };
  const { container, serviceAccountName, unchanged } = image;
  const all = rewrites.length === 0 ? [by] : [...rewrites, by];
  // Key by key: to spread the image takes longer than all the rest here.
  return {
    raw: rewriting.reference,
    reference: read,
    container,
    serviceAccountName,
    unchanged,
    written,
    rewrites: all,
  };
}

/** What a rule would write in place of an image that it objects to, whatever its action. */
export function rewritingBy(rule: RewritingRule, image: ImageReference, context: RuleContext): Rewriting | undefined {
  return rule.judges?.(image, context) === false ? undefined : rule.rewrite(image, context);
}

/** Of images, one at a time as they are asked for: the larger part of an object may be images. */
export function* rewritten(
  images: readonly ContainerImage[],
  rewrite: Rewriter,
  found: (image: ContainerImage) => void,
): Generator<ContainerImage, void> {
  for (const image of images) {
    const after = rewrite(image);
    if (after !== image) found(after);
    yield after;
  }
}
