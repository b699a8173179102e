import type { Violation } from '../rule/rule.ts';
import type { ContainerImage } from '../workload/images.ts';
import type { Exemption } from './policy.ts';
import type { ActiveAction } from './policy.ts';

/** A violation with its rule, image and enforcement action. */
export interface Finding {
  readonly rule: string;
  readonly action: ActiveAction;
  /** The rule failed: it threw, say, or returned something else than violations. */
  readonly failed: boolean;
  /** Why it failed, as the end of a sentence; absent if the rule was not run. */
  readonly failure?: string;
  readonly image: ContainerImage;
  readonly problem: string;
  readonly remedy: string;
  /** Covers the finding, which then is only logged and audited. */
  readonly exemption?: Exemption;
}

interface Judge {
  readonly name: string;
  readonly action: ActiveAction;
}

export function violationFinding(judge: Judge, image: ContainerImage, { problem, remedy }: Violation): Finding {
  return { rule: judge.name, action: actionOn(image, judge.action), failed: false, image, problem, remedy };
}

/**
 * The finding for a rule that failed, as strict as a violation: never an accidental allow.
 *
 * @param failure why, as the end of a sentence
 */
export function failureFinding(judge: Judge, image: ContainerImage, failure: string): Finding {
  return { ...failedFinding(judge, image, failureRemedy(judge, failure)), failure };
}

/** The same, with a given remedy. */
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

/** The remedy for a rule that failed. */
export function failureRemedy({ name, action }: Judge, failure: string): string {
  const until =
    action === 'deny'
      ? 'Until it is mended or switched off, it lets nothing pass.'
      : 'Until it is mended, it judges nothing.';
  return `The rule ${name} failed: ${failure}. ${until}`;
}

/** An unchanged image must not block the request: it only warns. */
function actionOn(image: ContainerImage, action: ActiveAction): ActiveAction {
  return image.unchanged && action === 'deny' ? 'warn' : action;
}
