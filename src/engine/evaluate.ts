import { InvalidReferenceError, type ImageReference } from '../image/reference.ts';
import { messageOf } from '../mistake/mistake.ts';
import type { RuleContext } from '../rule/rule.ts';
import type { ContainerImage } from '../workload/images.ts';
import { failureFinding, violationFinding, type Finding } from './finding.ts';
import { readViolations } from './read-violations.ts';
import type { BoundRule, Selection } from './ruleset.ts';
import { VALID_REFERENCE } from './valid-reference.ts';

/** What a rule may know of the request: the context of a check, but for the container. */
export type RequestContext = Omit<RuleContext, 'container'>;

/**
 * Judges every image by every rule of this thread, in their order. An image that could not be read has that one finding
 * only. A rule that throws, or returns what is no violation, is a finding too, as strict as the rule: never an accidental
 * allow.
 */
export function evaluate(
  images: readonly ContainerImage[],
  { rules, validReference }: Pick<Selection, 'rules' | 'validReference'>,
  request: RequestContext,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const image of images) {
    const { reference } = image;
    if (reference instanceof InvalidReferenceError) {
      const violation = { problem: 'is not a valid reference', remedy: reference.reason };
      findings.push(violationFinding({ name: VALID_REFERENCE, action: validReference }, image, violation));
      continue;
    }
    const context: RuleContext = Object.freeze({ ...request, container: Object.freeze(image.container) });
    for (const rule of rules) judge(rule, image, reference, context, findings);
  }
  return findings;
}

function judge(
  rule: BoundRule,
  image: ContainerImage,
  reference: ImageReference,
  context: RuleContext,
  findings: Finding[],
): void {
  try {
    const returned: unknown = rule.check(reference, rule.prepared, context);
    for (const violation of readViolations(returned)) findings.push(violationFinding(rule, image, violation));
  } catch (error) {
    findings.push(failureFinding(rule, image, messageOf(error)));
  }
}
