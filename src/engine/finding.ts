import type { Violation } from '../rule/rule.ts';
import type { ContainerImage } from '../workload/images.ts';
import type { Exemption } from './policy.ts';
import type { ActiveAction } from './policy.ts';

/** A violation, placed: which rule, at which image, and what follows from it. */
export interface Finding {
  readonly rule: string;
  readonly action: ActiveAction;
  /** The rule did not judge: it threw, say, or returned what is no violation. */
  readonly failed: boolean;
  /** Why, as the end of a sentence; absent where the rule was not asked. */
  readonly failure?: string;
  readonly image: ContainerImage;
  readonly problem: string;
  readonly remedy: string;
  /** Covers the finding: nothing follows from it, but that it is told to those who look. */
  readonly exemption?: Exemption;
}

/** A rule and what follows from what it finds. */
interface Judge {
  readonly name: string;
  readonly action: ActiveAction;
}

/** A violation that a rule found. */
export function violationFinding(judge: Judge, image: ContainerImage, { problem, remedy }: Violation): Finding {
  return { rule: judge.name, action: actionOn(image, judge.action), failed: false, image, problem, remedy };
}

/**
 * That a rule did not judge, as strict as a violation: never an accidental allow.
 *
 * @param failure why, as the end of a sentence
 */
export function failureFinding(judge: Judge, image: ContainerImage, failure: string): Finding {
  return { ...failedFinding(judge, image, failureRemedy(judge, failure)), failure };
}

/** The same, with words that are there already. */
export function failedFinding({ name, action }: Judge, image: ContainerImage, remedy: string): Finding {
  return {
    rule: name,
    action: actionOn(image, action),
    failed: true,
    image,
    problem: 'could not be judged',
    remedy,
  };
}

/** What is told of a rule that did not judge. */
export function failureRemedy({ name, action }: Judge, failure: string): string {
  const until =
    action === 'deny'
      ? 'Until it is mended or switched off, it lets nothing pass.'
      : 'Until it is mended, it judges nothing.';
  return `The rule ${name} failed: ${failure}. ${until}`;
}

/** What was there before the request is the user's to know, not to be stopped by. */
function actionOn(image: ContainerImage, action: ActiveAction): ActiveAction {
  return image.unchanged && action === 'deny' ? 'warn' : action;
}
