import { InvalidReferenceError } from '../image/reference.ts';
import type { ContainerImage } from '../workload/images.ts';
import { UnreadableWorkloadError } from '../workload/json-object.ts';
import type { Answer } from './policy.ts';
import { failedFinding, failureFinding, failureRemedy, type Finding, violationFinding } from './finding.ts';
import type { BoundRule, Selection } from './ruleset.ts';
import type { RequestContext, RuleContext } from '../rule/rule.ts';

/** The budget of all custom rules for one request, in steps: a hundred checks that use up theirs. */
export const REQUEST_STEPS = 10_000_000;
/** The cost of a cached answer, or that of a built-in rule: some 0.5 µs. */
const ANSWER_STEPS = 40;
/**
 * The most violations of one object: each takes some 120 bytes, and where rules have lists of settings, an image may have
 * any number of them. Nine rules that object to all images of the largest object that there can be find about as many.
 */
export const MAX_FINDINGS = 1_000_000;

/**
 * Judges every image by every rule, in order. An image with an invalid reference has that one finding only. A rule that
 * throws, or returns something else than violations, is a finding as strict as the rule: never an accidental allow.
 *
 * Yields the steps used after every check that a custom rule runs, and after every image, so that the caller can run others
 * in between. A cached answer counts its original steps, so that no verdict depends on the cache.
 *
 * @throws {UnreadableWorkloadError} for more than `MAX_FINDINGS`
 */
export function* evaluate(
  images: Iterable<ContainerImage>,
  { rules, validReference }: Pick<Selection, 'rules' | 'validReference'>,
  request: RequestContext,
): Generator<number, readonly Finding[]> {
  const findings: Finding[] = [];
  const contextOf = ruleContexts(request);
  const spentRemedies = new Map<BoundRule, string>();
  let spent = 0;
  for (const image of images) {
    const { reference } = image;
    if (reference instanceof InvalidReferenceError) {
      const violation = { problem: 'is not a valid reference', remedy: reference.reason };
      findings.push(violationFinding(validReference, image, violation));
      continue;
    }
    const context = contextOf(image);
    for (const rule of rules) {
      if (rule.judges?.(reference, context) === false) continue;
      if ('ask' in rule) addFindings(rule, image, rule.ask(reference, context), findings);
      else if (spent > REQUEST_STEPS) {
        // One text for all images: an object may have 60,000.
        const remedy = spentRemedies.get(rule) ?? failureRemedy(rule, overspent());
        spentRemedies.set(rule, remedy);
        findings.push(failedFinding(rule, image, remedy));
      } else {
        const { answer, steps, isNew } = rule.askCustom(reference, context);
        spent += steps;
        addFindings(rule, image, answer, findings);
        if (isNew) yield steps;
      }
    }
    if (findings.length > MAX_FINDINGS) throw tooMany();
    yield ANSWER_STEPS * rules.length;
  }
  return findings;
}

/** Not made beforehand: to load what words a number in a language is 10 ms of each start. */
function overspent(): string {
  return `the object would take custom rules more than the ${REQUEST_STEPS.toLocaleString('en')} steps that there are for one`;
}

function tooMany(): UnreadableWorkloadError {
  return new UnreadableWorkloadError(`it has more than ${MAX_FINDINGS.toLocaleString('en')} violations`);
}

function addFindings(rule: BoundRule, image: ContainerImage, answer: Answer, findings: Finding[]): void {
  if ('failure' in answer) findings.push(failureFinding(rule, image, answer.failure));
  else for (const violation of answer.violations) findings.push(violationFinding(rule, image, violation));
}

/** Runs a generator to its end and returns its result. */
export function completed<T>(pieces: Generator<unknown, T>): T {
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
  }
}

/** The parts of an image that go into its context. */
type Placed = Pick<ContainerImage, 'container' | 'serviceAccountName'>;

/**
 * Makes the frozen contexts for the images of a request. The service account is that of the image's pod spec, of which
 * an object of a kind added by the operator may have several. Images of one pod spec share `workload`, which is
 * costlier to make than to compare.
 */
export function ruleContexts(request: RequestContext): (image: Placed) => RuleContext {
  const { operation, now, namespace, profile, userInfo } = request;
  let workload: RuleContext['workload'] | undefined;
  return ({ container, serviceAccountName }) => {
    if (workload === undefined || workload.serviceAccountName !== serviceAccountName) {
      workload = Object.freeze({ ...request.workload, serviceAccountName });
    }
    return Object.freeze({
      operation,
      now,
      namespace,
      profile,
      userInfo,
      workload,
      container: Object.freeze(container),
    });
  };
}
