import type { Logger } from 'pino';
import type { AdmissionRequest } from '../../admission/admission-review.ts';
import { printable } from '../../mistake/printable.ts';
import type { Review } from '../../admission/respond.ts';
import type { Finding } from '../../engine/finding.ts';
import { messageOf } from '../../mistake/mistake.ts';
import { property } from '../../workload/json-object.ts';
import { createLineLimit } from './line-limit.ts';
import { MAX_LOGGED_MESSAGE } from './log.ts';
import type { Socket } from 'node:net';
import type { Refusal } from '../request/refusal.ts';

/** The longest name in Kubernetes. */
const MAX_NAME = 253;

/**
 * Logs an answered review.
 *
 * @param ms from the head of the request to its verdict
 * @param profile a DNS label, whether the policy has such a profile or not
 */
export type LogReview = (
  address: string | undefined,
  request: AdmissionRequest,
  review: Review,
  ms: number,
  profile?: string,
) => void;

/** The lines for all that a stranger can cause without an end. */
const FEW = { perSecond: 5, burst: 20 };

/** The burst of an address, in seconds of its rate. */
export const BURST_SECONDS = 30;

/**
 * Logs reviews, rate-limited by address: enough for an API server, bounded for a flood. Those for a profile that the policy
 * does not have get another line, at level warn, with a limit of its own.
 *
 * @param perSecond lines for one address
 */
export function createReviewLog(log: Logger, perSecond: number): LogReview {
  const limit = createLineLimit({
    perSecond,
    burst: perSecond * BURST_SECONDS,
    onSuppressed: logSuppressed(log, 'reviews', 'imagegate_reviews_total'),
  });
  const onSuppressed = logSuppressed(log, 'unknown profiles', 'imagegate_unknown_profiles_total');
  const limitUnknown = createLineLimit({ ...FEW, onSuppressed });
  return (address = '', request, review, ms, profile) => {
    if (limit(address)) logReview(log, request, review, ms, profile);
    if (!review.unknownProfile || !limitUnknown('')) return;
    const namespace = printable(request.namespace ?? '', MAX_NAME);
    log.warn({ profile, namespace }, 'The policy has no such profile; judged as without one.');
  };
}

/**
 * Logs one line about a review. Names are untrusted text and escaped; nothing else of the object, and nothing of the user,
 * is logged. `error` is the reason of a denial that no rule made: an object that cannot be read, by field paths alone, or
 * an internal error.
 *
 * @param ms from the head of the request to its verdict
 */
export function logReview(log: Logger, request: AdmissionRequest, review: Review, ms: number, profile?: string): void {
  if (review.verdict === 'errored') log.error(fields(request, review, ms, profile), 'review');
  else if (log.isLevelEnabled('info')) log.info(fields(request, review, ms, profile), 'review');
}

/** The warning that lines were suppressed. */
export function logSuppressed(log: Logger, about: string, counter: string) {
  return (suppressed: number): void =>
    log.warn({ suppressed }, `Log lines about ${about} were suppressed; ${counter} counts all.`);
}

/** What is logged of an answer, whichever webhook asked. */
export type Logged = Pick<Review, 'verdict' | 'findings' | 'error'>;

/**
 * The same shape for all answers, which is fast; pino omits undefined fields.
 *
 * @param rewritten what is told of images that were rewritten: bounded, and escaped
 */
export function fields(
  request: AdmissionRequest,
  review: Logged,
  ms: number,
  profile?: string,
  rewritten?: readonly object[],
): object {
  const { verdict, findings } = review;
  const { uid, namespace, kind, subResource, name, operation, dryRun } = request;
  const { rules, warned, audited, exempt } = violated(findings);
  return {
    verdict,
    operation,
    kind: printable(kind.kind, MAX_NAME),
    subResource: subResource ? printable(subResource, MAX_NAME) : undefined,
    namespace: namespace ? printable(namespace, MAX_NAME) : undefined,
    profile,
    name: name ? printable(name, MAX_NAME) : undefined,
    generateName: name ? undefined : generateName(request.object),
    owner: ownerOf(request.object),
    rules,
    warned,
    audited,
    exempt,
    rewritten,
    error: 'error' in review ? printable(messageOf(review.error), MAX_LOGGED_MESSAGE) : undefined,
    dryRun: dryRun === true ? true : undefined,
    uid: printable(uid, MAX_NAME),
    ms: Math.round(ms * 1000) / 1000,
  };
}

/** The violated rules by consequence; absent if there are none. */
interface Violated {
  rules?: string[];
  warned?: string[];
  audited?: string[];
  exempt?: string[];
}

const FIELD = { deny: 'rules', warn: 'warned', audit: 'audited' } as const;
const NOTHING: Violated = {};

function violated(findings: readonly Finding[]): Violated {
  if (findings.length === 0) return NOTHING;
  const names: Violated = {};
  for (const { rule, action, exemption } of findings) {
    const listed = (names[exemption === undefined ? FIELD[action] : 'exempt'] ??= []);
    const name = exemption === undefined ? rule : `${rule} by ${exemption.name}`;
    if (!listed.includes(name)) listed.push(name);
  }
  return names;
}

/** `metadata.generateName` of an unvalidated object. */
function generateName(object: unknown): string | undefined {
  const metadata = property(object, 'metadata');
  const prefix = property(metadata, 'generateName');
  return typeof prefix === 'string' && prefix !== '' ? printable(prefix, MAX_NAME) : undefined;
}

/** `ReplicaSet/api-6cb5b7df55`: what controls the object, as its author says. */
function ownerOf(object: unknown): string | undefined {
  const references = property(property(object, 'metadata'), 'ownerReferences');
  if (!Array.isArray(references)) return undefined;
  const all = references as readonly unknown[];
  const controller = all.find((one) => property(one, 'controller') === true);
  const kind = property(controller, 'kind');
  const name = property(controller, 'name');
  return typeof kind === 'string' && typeof name === 'string' ? printable(`${kind}/${name}`, MAX_NAME) : undefined;
}

export type LogRefusal = (refusal: Refusal, socket: Socket) => void;

/** Logs refused requests, rate-limited, and the number of suppressed ones. */
export function createRefusalLog(log: Logger): LogRefusal {
  const onSuppressed = logSuppressed(log, 'refused requests', 'imagegate_bad_requests_total');
  const limit = createLineLimit({ ...FEW, onSuppressed });
  return ({ status, code, uid, message }, { remoteAddress: address }) => {
    if (!limit('')) return;
    log.warn(
      { status, code, uid: uid === undefined ? undefined : printable(uid), address },
      printable(message, MAX_LOGGED_MESSAGE),
    );
  };
}
