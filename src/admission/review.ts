import { completed, evaluate } from '../engine/evaluate.ts';
import { exempt } from '../engine/exemptions.ts';
import { UNKNOWN_PROFILE } from '../engine/policy.ts';
import { type Ruleset, selectionFor } from '../engine/ruleset.ts';
import { rewriter, rewritten } from '../engine/rewrite.ts';
import { messageOf } from '../mistake/mistake.ts';
import { type ContainerImage, imagesToJudge } from '../workload/images.ts';
import { isMirrorPod, isPod, podSpecs } from '../workload/pod-spec.ts';
import { UnreadableWorkloadError } from '../workload/json-object.ts';
import type { AdmissionRequest } from './admission-review.ts';
import { printable } from '../mistake/printable.ts';
import { requestContext } from './request-context.ts';
import { allowed, errored, unreadable } from './response.ts';
import { respond, type Review } from './respond.ts';

export interface Moment {
  /** The time of the review, in milliseconds since 1970: exemptions expire. */
  readonly now: number;
  /** The profile that the request was sent under; `undefined` for none. */
  readonly profile?: string | undefined;
  /**
   * Judges Pods as they are, not as the policy would rewrite them: the gate's validating webhook sees what became of them, and
   * what was not rewritten is denied.
   */
  readonly podsAsTheyAre?: boolean;
}

/** Judges one request synchronously. Never throws: an error becomes a denial that says so. */
export function review(request: AdmissionRequest, ruleset: Ruleset, moment: Moment): Review {
  return completed(reviewing(request, ruleset, moment));
}

/**
 * Judges one request, step by step: yields after every image, and every check that a custom rule runs, the steps used, so
 * that the caller can run others in between.
 */
export function reviewing(request: AdmissionRequest, ruleset: Ruleset, moment: Moment): Generator<number, Review> {
  const { profile } = moment;
  const isKnown = profile === undefined || ruleset.profiles.has(profile);
  return isKnown ? judging(request, ruleset, moment) : judgingWithout(profile, request, ruleset, moment);
}

/** Judges as without this profile, which the policy does not have. */
function* judgingWithout(
  profile: string,
  request: AdmissionRequest,
  ruleset: Ruleset,
  moment: Moment,
): Generator<number, Review> {
  const judged = yield* judging(request, ruleset, { ...moment, profile: undefined }, [unknownProfileWarning(profile)]);
  return { ...judged, unknownProfile: true };
}

/** @param notices warnings about something else than images */
function* judging(
  request: AdmissionRequest,
  ruleset: Ruleset,
  { now, profile, podsAsTheyAre = false }: Moment,
  notices?: readonly string[],
): Generator<number, Review> {
  try {
    if (request.operation === 'DELETE' || request.operation === 'CONNECT' || isMirrorPod(request)) {
      return { verdict: 'allowed', response: allowed(request.uid), findings: [], unknownKind: false };
    }
    const specs = podSpecs(request, ruleset.policy.podSpecPaths);
    if (specs === undefined) return allowUnknownKind(request);
    const context = requestContext(request, now, profile);
    const selection = selectionFor(ruleset, profile, context.namespace);
    const images = imagesToJudge(specs);
    const isAsItIs = selection.rewrites.length === 0 || (podsAsTheyAre && isPod(request.kind));
    const changed: ContainerImage[] = [];
    const judged = isAsItIs
      ? images
      : rewritten(images, rewriter(selection, context, now), (image) => changed.push(image));
    const found = yield* evaluate(judged, selection, context);
    const judgment = respond(request, exempt(found, selection.exemptions, context, now), ruleset.policy, now, notices);
    return changed.length === 0 ? judgment : { ...judgment, rewritten: changed };
  } catch (error) {
    return deny(request, ruleset, error);
  }
}

function deny({ uid }: AdmissionRequest, { policy: { contact } }: Ruleset, error: unknown): Review {
  if (error instanceof UnreadableWorkloadError) {
    const response = unreadable(uid, error.message, contact);
    return { verdict: 'denied', response, findings: [], unknownKind: false, error };
  }
  const response = errored(uid, messageOf(error), contact);
  return { verdict: 'errored', response, findings: [], unknownKind: false, error };
}

function allowUnknownKind({ uid, kind: { group, kind } }: AdmissionRequest): Review {
  const name = printable(group === '' ? kind : `${kind}.${group}`, 128);
  const warning = `ImageGate does not know ${name}: its images are judged when it makes pods. [imagegate]`;
  const response = allowed(uid, { warnings: [warning], auditAnnotations: {} });
  return { verdict: 'allowed', response, findings: [], unknownKind: true };
}

function unknownProfileWarning(profile: string): string {
  const what =
    profile === UNKNOWN_PROFILE
      ? "The namespace's label imagegate/profile names no profile that the policy has"
      : `ImageGate has no profile ${printable(profile, 63)}`;
  return `${what}, so its images are judged as those of a namespace without one. [imagegate]`;
}
