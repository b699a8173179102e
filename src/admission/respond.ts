import type { Finding } from '../engine/finding.ts';
import type { Policy } from '../engine/policy.ts';
import type { ContainerImage } from '../workload/images.ts';
import type { AdmissionRequest } from './admission-review.ts';
import { subjectLine } from './subject-line.ts';
import { expiryWarnings, warnings } from './warnings.ts';
import { type AdmissionResponse, allowed, auditAnnotations, denied, memoizedSentence } from './response.ts';

/** A verdict and what led to it. */
export interface Review {
  readonly verdict: 'allowed' | 'denied' | 'errored';
  readonly response: AdmissionResponse;
  readonly findings: readonly Finding[];
  /** The images that were judged as the policy rewrites them; absent if none was. */
  readonly rewritten?: readonly ContainerImage[];
  /** Allowed because the kind is not known to make pods. */
  readonly unknownKind: boolean;
  /** Judged as without a profile, since the policy does not have the one that was asked for. */
  readonly unknownProfile?: boolean;
  /** What was thrown, if that decided the verdict: an internal error, or why the object cannot be read. */
  readonly error?: unknown;
}

/**
 * The verdict on findings: denied if one of them denies. Exempt ones appear in the audit annotations only.
 *
 * @param now in milliseconds since 1970
 * @param notices warnings about something else than images
 */
export function respond(
  request: AdmissionRequest,
  findings: readonly Finding[],
  { contact, decisionId }: Pick<Policy, 'contact' | 'decisionId'>,
  now: number,
  notices: readonly string[] = [],
): Review {
  const { uid } = request;
  if (findings.length === 0 && notices.length === 0)
    return { verdict: 'allowed', response: allowed(uid), findings, unknownKind: false };
  const toSentence = memoizedSentence();
  const standing = findings.filter(({ exemption }) => exemption === undefined);
  const remarks = {
    warnings: warnings(
      standing.filter(({ action }) => action === 'warn'),
      [...notices, ...expiryWarnings(findings, now)],
      toSentence,
    ),
    auditAnnotations: auditAnnotations(findings, toSentence),
  };
  const denials = standing.filter(({ action }) => action === 'deny');
  if (denials.length === 0)
    return { verdict: 'allowed', response: allowed(uid, remarks), findings, unknownKind: false };
  const lastLines = [subjectLine(request, denials, decisionId), contact].filter((line) => line !== undefined);
  return {
    verdict: 'denied',
    response: denied(uid, denials, remarks, lastLines, toSentence),
    findings,
    unknownKind: false,
  };
}
