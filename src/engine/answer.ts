import type { ImageReference } from '../image/reference.ts';
import { messageOf } from '../mistake/mistake.ts';
import type { AnyRule, RuleContext, RuleSummary, Violation } from '../rule/rule.ts';
import { readViolations } from './read-violations.ts';

/** What a rule says of an image. */
export type Answer =
  | { readonly violations: readonly Violation[] }
  /** Why it did not judge, as the end of a sentence. */
  | { readonly failure: string };

/** What a custom rule says of an image, and what it cost to ask, now or when it was asked. */
export interface CustomAnswer {
  readonly answer: Answer;
  /** In steps of the sandbox: the same whenever the same is asked. */
  readonly steps: number;
  /** It was asked, and not remembered. */
  readonly isNew: boolean;
}

/** A rule of the operator's, which judges in the sandbox: the same input gets the same answer, each time. */
export interface CustomRule extends RuleSummary {
  /**
   * Never throws: whatever goes wrong is an answer that says so.
   *
   * @param selection whose options hold: 0 for those of everywhere, from 1 on for the namespace overrides in their order
   */
  ask(selection: number, image: ImageReference, context: RuleContext): CustomAnswer;
}

/** What a rule of this thread says of an image. Called as a method of its module, so that a rule may use `this`. */
export function askRule(rule: AnyRule, prepared: unknown, image: ImageReference, context: RuleContext): Answer {
  try {
    return { violations: readViolations(rule.check(image, prepared, context)) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}
