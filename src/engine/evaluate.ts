import { InvalidReferenceError } from '../image/reference.ts';
import { messageOf } from '../mistake/mistake.ts';
import type { RuleContext, Violation } from '../rule/rule.ts';
import type { ContainerImage } from '../workload/images.ts';
import type { ActiveAction } from './policy.ts';
import { readViolations } from './read-violations.ts';
import type { BoundRule, Ruleset } from './ruleset.ts';

/** The engine's own rule: a text that is no reference, or that container runtimes read differently. */
export const VALID_REFERENCE = 'valid-reference';

/** What a rule may know of the request: the context of a check, but for the container. */
export type RequestContext = Omit<RuleContext, 'container'>;

/** A violation, placed: which rule, at which image, and what follows from it. */
export interface Finding {
  readonly rule: string;
  readonly action: ActiveAction;
  /** The rule did not judge: it threw, or returned what is no violation. */
  readonly failed: boolean;
  readonly image: ContainerImage;
  readonly problem: string;
  readonly remedy: string;
}

/**
 * Judges every image by every rule, in their order. An image that could not be read has that one finding only. A rule
 * that throws, or returns what is no violation, is a finding too, as strict as the rule: never an accidental allow.
 */
export function evaluate(
  images: readonly ContainerImage[],
  ruleset: Ruleset,
  request: RequestContext,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const image of images) {
    const { reference } = image;
    if (reference instanceof InvalidReferenceError) {
      const violation = { problem: 'is not a valid reference', remedy: reference.reason };
      findings.push(finding(VALID_REFERENCE, 'deny', image, violation, false));
      continue;
    }
    const context: RuleContext = Object.freeze({ ...request, container: Object.freeze(image.container) });
    for (const rule of ruleset.rules) judge(rule, image, context, findings);
  }
  return findings;
}

function judge(rule: BoundRule, image: ContainerImage, context: RuleContext, findings: Finding[]): void {
  try {
    // evaluate() has told apart what could not be read.
    const returned: unknown = rule.check(
      image.reference as Exclude<typeof image.reference, Error>,
      rule.prepared,
      context,
    );
    for (const violation of readViolations(returned)) {
      findings.push(finding(rule.name, rule.action, image, violation, false));
    }
  } catch (error) {
    const violation = {
      problem: 'could not be judged',
      remedy: `The rule ${rule.name} failed: ${messageOf(error)}. Until it is mended or switched off, it lets nothing pass.`,
    };
    findings.push(finding(rule.name, rule.action, image, violation, true));
  }
}

function finding(
  rule: string,
  action: Finding['action'],
  image: ContainerImage,
  { problem, remedy }: Violation,
  failed: boolean,
): Finding {
  // What was there before the request is the user's to know, not to be stopped by.
  return { rule, action: image.unchanged && action === 'deny' ? 'warn' : action, failed, image, problem, remedy };
}
