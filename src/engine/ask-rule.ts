import type { ImageReference } from '../image/reference.ts';
import { messageOf } from '../mistake/mistake.ts';
import type { AnyRule, Rewriting, RuleContext } from '../rule/rule.ts';
import type { Answer } from './policy.ts';
import { readViolations } from './read-violations.ts';

/** Runs a built-in rule's check. Called as a method of its module, so that a rule may use `this`. */
export function askRule(rule: AnyRule, prepared: unknown, image: ImageReference, context: RuleContext): Answer {
  try {
    return { violations: readViolations(rule.check(image, prepared, context)) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

/** A rule that fails to rewrite leaves the image as it is, so that it is denied. */
export function askToRewrite(
  rule: AnyRule,
  prepared: unknown,
  image: ImageReference,
  context: RuleContext,
): Rewriting | undefined {
  try {
    return rule.rewrite!(image, prepared, context); // called only of a rule that has it
  } catch {
    return undefined;
  }
}
