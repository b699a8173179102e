import type { AdmissionRequest } from '../admission/admission-review.ts';
import { requestContext } from '../admission/request-context.ts';
import type { Review } from '../admission/respond.ts';
import { sentence } from '../admission/response.ts';
import { review } from '../admission/review.ts';
import { ruleContexts } from '../engine/evaluate.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { admissionRequestOf, DEFAULT_NAMESPACE } from '../manifest/admission-request.ts';
import { printable } from '../mistake/printable.ts';
import type { RuleContext } from '../rule/rule.ts';
import { type ContainerImage, imagesToJudge } from '../workload/images.ts';
import { podSpecs } from '../workload/pod-spec.ts';

/** An image, and where a pod with it is made. */
export interface PlacedImage {
  readonly image: string;
  /** By default `default`. */
  readonly namespace?: string | undefined;
  readonly profile?: string | undefined;
  /** Who makes it; by default somebody that no exemption knows. */
  readonly user?: string | undefined;
}

/**
 * The review of a new Pod `app` with the image, as the API server sends it.
 *
 * @param now in milliseconds since 1970
 * @throws what the engine threw, which the gate would deny for
 */
export function podReview(ruleset: Ruleset, placed: PlacedImage, now: number): Review {
  const reviewed = review(podRequest(placed), ruleset, { now, profile: placed.profile });
  if (reviewed.error !== undefined) throw reviewed.error;
  return reviewed;
}

function podRequest({ image, namespace = DEFAULT_NAMESPACE, user = 'test-policy' }: PlacedImage): AdmissionRequest {
  const spec = { containers: [{ name: 'app', image }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app', namespace }, spec };
  return { ...admissionRequestOf(pod, { user }), uid: 'test-policy' };
}

/** What rules read of the image's place in that Pod. @param now in milliseconds since 1970 */
export function podContext(ruleset: Ruleset, placed: PlacedImage, now: number): RuleContext {
  const request = podRequest(placed);
  const { profile } = placed;
  const known = profile !== undefined && ruleset.profiles.has(profile) ? profile : undefined;
  const [image] = imagesToJudge(podSpecs(request, new Map())!); // a Pod has pod specs, and this one an image
  return ruleContexts(requestContext(request, now, known))(image!);
}

/** The image of that Pod as it was judged; `undefined` if it was not rewritten. */
export function rewrittenIn({ rewritten: [image] = [] }: Review): RewrittenImage | undefined {
  return image as RewrittenImage | undefined;
}

export type RewrittenImage = ContainerImage & Required<Pick<ContainerImage, 'written' | 'rewrites'>>;

/** `registry-mirror, docker.io -> mirror.example.com/hub` */
export function rewritesText(rewrites: RewrittenImage['rewrites']): string {
  return rewrites.map(({ rule, mapping }) => `${rule}, ${printable(mapping, 1024)}`).join('; ');
}

/** The verdict, and what the gate says and records, a line each. */
export function verdictText(placed: PlacedImage, reviewed: Review): string {
  const { verdict, response, findings } = reviewed;
  const rewritten = rewrittenIn(reviewed);
  const recorded = findings
    .filter(({ action, exemption }) => exemption !== undefined || action === 'audit')
    .map(
      (finding) =>
        `${finding.exemption === undefined ? 'Audit' : `Exempt by ${finding.exemption.name}`}: ${sentence(finding)} [imagegate: ${finding.rule}]`,
    );
  const lines = [
    ...(rewritten === undefined
      ? []
      : [`Rewritten to ${printable(rewritten.raw, 1024)} (${rewritesText(rewritten.rewrites)}).`]),
    ...(response.status?.message.split('\n') ?? []),
    ...(response.warnings ?? []).map((warning) => `Warning: ${warning}`),
    ...recorded,
  ];
  return [`${placeText(placed)}: ${verdict}.`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** `nginx in the namespace default, with the profile prod` */
export function placeText({ image, namespace = DEFAULT_NAMESPACE, profile, user }: PlacedImage): string {
  const place = `${image} in the namespace ${namespace}${profile === undefined ? '' : `, with the profile ${profile}`}`;
  return printable(user === undefined ? place : `${place}, by ${user}`, 1024);
}
