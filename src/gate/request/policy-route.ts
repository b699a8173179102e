import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { type AdmissionRequest, parseReview } from '../../admission/admission-review.ts';
import { type AdmissionResponse, admissionReview, policyNotJudged } from '../../admission/response.ts';
import type { SendJson } from './send-json.ts';
import { stateOf } from './request-state.ts';
import { timeoutOf } from './request-check.ts';

/** Judges a ConfigMap as the policy or the rules that it would become. */
export type JudgePolicy = (request: AdmissionRequest) => Promise<AdmissionResponse>;

export interface PolicyRouteOptions {
  readonly judgePolicy: JudgePolicy;
  readonly sendJson: SendJson;
  readonly log: Logger;
}

/**
 * Answers reviews of the gate's own ConfigMaps, and passes all others on. What it throws becomes a denial: that entry of
 * the webhook fails open, but a policy that could not be judged should not look as if it had been.
 */
export function createPolicyRoute({ judgePolicy, sendJson, log }: PolicyRouteOptions) {
  return async function policyRoute(ctx: Context, next: Next): Promise<void> {
    const state = stateOf(ctx);
    // Not by its path, since the token may have changed while the body was read.
    if (state.isPolicyReview !== true) return next() as Promise<void>;
    const { apiVersion, request } = (state.review = parseReview(ctx.request.body));
    const arrival = { arrivedAt: state.arrivedAt, timeout: timeoutOf(state.search) };
    const response = await policyInTime(request.uid, judgePolicy(request), arrival);
    log.info({ uid: request.uid, allowed: response.allowed }, 'policy review');
    sendJson(ctx, 200, JSON.stringify(admissionReview(apiVersion, response)));
  };
}

/**
 * How long a ConfigMap may take, from its arrival, its turn included. With MARGIN_MS it must be less than the
 * `timeoutSeconds` of that entry in deploy/webhook.yaml, 15 s, by a second: a test of the manifests holds them together.
 */
export const JUDGE_MS = 13_000;
/** What must be left of the client's patience, to answer. */
export const MARGIN_MS = 1000;

/** When a ConfigMap came, and how long its client says that it waits. */
interface PolicyArrival {
  readonly arrivedAt: number | undefined;
  readonly timeout: string | null | undefined;
}

/**
 * The judgement of a ConfigMap, or a denial when the client will not wait for it any longer: an answer that comes too late
 * is none, and as that entry of the webhook fails open, what nobody has judged would be stored.
 */
async function policyInTime(
  uid: string,
  judging: Promise<AdmissionResponse>,
  { arrivedAt = performance.now(), timeout }: PolicyArrival,
): Promise<AdmissionResponse> {
  const lastAt = arrivedAt + Math.min(JUDGE_MS, clientTimeoutMs(timeout) - MARGIN_MS);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<AdmissionResponse>((resolve) => {
    timer = setTimeout(() => resolve(policyNotJudged(uid)), lastAt - performance.now());
  });
  try {
    return await Promise.race([judging, late]);
  } finally {
    clearTimeout(timer);
  }
}

const DURATION = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s)$/;

/**
 * How long a client waits, in milliseconds; for ever if it does not say.
 *
 * @param timeout what the API server says in the query, as `?timeout=5s`
 */
function clientTimeoutMs(timeout: string | null | undefined): number {
  const [, amount, unit] = DURATION.exec(String(timeout)) ?? [];
  return amount === undefined ? Infinity : Number(amount) * (unit === 's' ? 1000 : 1);
}
