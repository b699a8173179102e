import type { AdmissionRequest } from '../admission/admission-review.ts';
import type { Review } from '../admission/respond.ts';
import { review } from '../admission/review.ts';
import { UNKNOWN_PROFILE } from '../engine/policy.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { admissionRequestOf, type Sender } from '../manifest/admission-request.ts';
import { MANIFEST_INVALID, type ManifestObject } from '../manifest/manifest-items.ts';
import type { NamespaceLabels, Namespaces } from '../manifest/namespaces.ts';
import { type Location, messageOf, type Mistake } from '../mistake/mistake.ts';
import { makesPods } from '../workload/pod-spec.ts';

export interface JudgeOptions extends Sender {
  /** Of all objects, whatever the labels of their namespaces say. */
  readonly profile?: string | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
}

export interface Judged {
  readonly request: AdmissionRequest;
  /** `undefined` if the webhook would not be asked. */
  readonly review: Review | undefined;
  /** That of the policy under which it was judged. */
  readonly profile?: string | undefined;
}

/** What the webhook would say if an object were created now. It takes the object over, as `admissionRequestOf` does. */
export function judge(
  { object, request: recorded }: Pick<ManifestObject, 'object' | 'request'>,
  ruleset: Ruleset,
  namespaces: Namespaces,
  options: JudgeOptions,
): Judged {
  const request = recorded ?? admissionRequestOf(object, options);
  // Of what makes no pods, such as a Namespace, no namespace says how it is judged.
  const isAsked = makesPods(request.kind, ruleset.policy.podSpecPaths);
  const labels: NamespaceLabels = isAsked ? namespaces.labelsOf(request.namespace ?? '') : { isExempt: false };
  if (labels.isExempt && recorded === undefined) return { request, review: undefined };
  const profile = options.profile ?? known(labels.profile, ruleset);
  return { request, review: review(request, ruleset, { now: options.now, profile }), profile };
}

/** What is wrong with an object whose review ended with an error. */
export function unreadableObject(location: Location, error: unknown): Mistake {
  const remedy = 'The gate would deny it: mend it.';
  const words = { expected: 'an object that the gate can read', found: messageOf(error), remedy };
  return { code: MANIFEST_INVALID, ...location, ...words };
}

function known(label: string | undefined, { profiles }: Ruleset): string | undefined {
  return label === undefined || profiles.has(label) ? label : UNKNOWN_PROFILE;
}
