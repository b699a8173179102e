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
  /** The operator's own words, which follow the remedy. */
  readonly message?: string;
  /** A denial in effect, lowered to a warning since the image is unchanged: the workload's new pods will be denied. */
  readonly deniesNewPods?: true;
  /** Covers the finding, which then is only logged and audited. */
  readonly exemption?: Exemption;
}

/** What finds: a rule under one of its settings. */
export interface Judge {
  readonly name: string;
  readonly action: ActiveAction;
  readonly message?: string | undefined;
}

export function violationFinding(judge: Judge, image: ContainerImage, { problem, remedy }: Violation): Finding {
  return finding(judge, image, { failed: false, problem, remedy });
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
export function failedFinding(judge: Judge, image: ContainerImage, remedy: string): Finding {
  return finding(judge, image, { failed: true, problem: 'could not be judged', remedy });
}

/** An unchanged image must not block the request: it only warns. */
function finding(
  { name: rule, action, message }: Judge,
  image: ContainerImage,
  { failed, problem, remedy }: Pick<Finding, 'failed' | 'problem' | 'remedy'>,
): Finding {
  const lowered = image.unchanged && action === 'deny';
  const plain = { rule, action: lowered ? 'warn' : action, failed, image, problem, remedy } as const;
  // Most findings are plain, and spreading costs.
  if (message === undefined && !lowered) return plain;
  return { ...plain, ...(message !== undefined && { message }), ...(lowered && { deniesNewPods: true }) };
}

/** The remedy for a rule that failed. */
export function failureRemedy({ name, action }: Judge, failure: string): string {
  const until =
    action === 'deny'
      ? 'Until it is mended or switched off, it lets nothing pass.'
      : 'Until it is mended, it judges nothing.';
  return `The rule ${name} failed: ${failure}. ${until}`;
}
