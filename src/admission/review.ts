import { evaluate } from '../engine/evaluate.ts';
import type { Finding } from '../engine/evaluate.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { messageOf } from '../mistake/mistake.ts';
import { imagesToJudge } from '../workload/images.ts';
import { isMirrorPod } from '../workload/mirror-pod.ts';
import { podSpecs, UnreadableWorkloadError } from '../workload/pod-spec.ts';
import type { AdmissionRequest } from './admission-review.ts';
import { printable } from './printable.ts';
import { requestContext } from './request-context.ts';
import { allowed, auditAnnotations, denied, errored, unreadable, type AdmissionResponse } from './response.ts';
import { rememberedSentences } from './sentence.ts';
import { warnings } from './warnings.ts';

/** A verdict and what led to it. */
export interface Review {
  readonly verdict: 'allowed' | 'denied' | 'errored';
  readonly response: AdmissionResponse;
  readonly findings: readonly Finding[];
  /** The kind is none that is known to make pods; it was allowed for that. */
  readonly unknownKind: boolean;
  /** What was thrown, where our own failure made the verdict. */
  readonly error?: unknown;
}

/** Judges one request. Whatever throws on the way ends in a denial that says so: it never throws itself. */
export function review(request: AdmissionRequest, ruleset: Ruleset): Review {
  try {
    if (request.operation === 'DELETE' || request.operation === 'CONNECT' || isMirrorPod(request)) {
      return { verdict: 'allowed', response: allowed(request.uid), findings: [], unknownKind: false };
    }
    const specs = podSpecs(request);
    if (specs === undefined) return allowUnknownKind(request);
    return respond(request.uid, evaluate(imagesToJudge(specs), ruleset, requestContext(request)));
  } catch (error) {
    if (error instanceof UnreadableWorkloadError) {
      return { verdict: 'denied', response: unreadable(request.uid, error.message), findings: [], unknownKind: false };
    }
    return {
      verdict: 'errored',
      response: errored(request.uid, messageOf(error)),
      findings: [],
      unknownKind: false,
      error,
    };
  }
}

function respond(uid: string, findings: readonly Finding[]): Review {
  if (findings.length === 0) return { verdict: 'allowed', response: allowed(uid), findings, unknownKind: false };
  const tell = rememberedSentences();
  const remarks = {
    warnings: warnings(
      findings.filter(({ action }) => action === 'warn'),
      tell,
    ),
    auditAnnotations: auditAnnotations(findings, tell),
  };
  const denials = findings.filter(({ action }) => action === 'deny');
  if (denials.length === 0)
    return { verdict: 'allowed', response: allowed(uid, remarks), findings, unknownKind: false };
  return { verdict: 'denied', response: denied(uid, denials, remarks, tell), findings, unknownKind: false };
}

function allowUnknownKind({ uid, kind: { group, kind } }: AdmissionRequest): Review {
  const name = printable(group === '' ? kind : `${kind}.${group}`, 128);
  const warning = `ImageGate does not know ${name}: its images are judged when it makes pods. [imagegate]`;
  const response = allowed(uid, { warnings: [warning], auditAnnotations: {} });
  return { verdict: 'allowed', response, findings: [], unknownKind: true };
}
