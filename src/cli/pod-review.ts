import type { Review } from '../admission/respond.ts';
import { sentence } from '../admission/response.ts';
import { review } from '../admission/review.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { admissionRequestOf, DEFAULT_NAMESPACE } from '../manifest/admission-request.ts';
import { printable } from '../mistake/printable.ts';

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
export function podReview(
  ruleset: Ruleset,
  { image, namespace = DEFAULT_NAMESPACE, profile, user = 'test-policy' }: PlacedImage,
  now: number,
): Review {
  const spec = { containers: [{ name: 'app', image }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app', namespace }, spec };
  const request = { ...admissionRequestOf(pod, { user }), uid: 'test-policy' };
  const reviewed = review(request, ruleset, { now, profile });
  if (reviewed.error !== undefined) throw reviewed.error;
  return reviewed;
}

/** The verdict, and what the gate says and records, a line each. */
export function verdictText(placed: PlacedImage, { verdict, response, findings }: Review): string {
  const recorded = findings
    .filter(({ action, exemption }) => exemption !== undefined || action === 'audit')
    .map(
      (finding) =>
        `${finding.exemption === undefined ? 'Audit' : `Exempt by ${finding.exemption.name}`}: ${sentence(finding)} [imagegate: ${finding.rule}]`,
    );
  const lines = [
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
