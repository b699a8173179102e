import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { type AdmissionRequest, parseReview } from '../../admission/admission-review.ts';
import { type AdmissionResponse, admissionReview, policyNotJudged } from '../../admission/response.ts';
import type { SendJson } from './send-json.ts';
import { stateOf } from './request-state.ts';
import { timeoutOf } from './request-check.ts';

/** Judges a ConfigMap by loading the policy or the rules that it holds. */
export type JudgePolicy = (request: AdmissionRequest) => Promise<AdmissionResponse>;

export interface PolicyRouteOptions {
  readonly judgePolicy: JudgePolicy;
  readonly sendJson: SendJson;
  readonly log: Logger;
}

/**
 * Answers reviews of the gate's own ConfigMaps, and passes all others on. Its errors become denials: that entry of the
 * webhook fails open, but a policy that could not be judged must not look as if it had been.
 */
export function createPolicyRoute({ judgePolicy, sendJson, log }: PolicyRouteOptions) {
  return async function policyRoute(ctx: Context, next: Next): Promise<void> {
    const state = stateOf(ctx);
    // Not checked again by path: the token may have changed while the body was read.
    if (state.isPolicyReview !== true) return next() as Promise<void>;
    const { apiVersion, request } = (state.review = parseReview(ctx.request.body));
    const arrival = { arrivedAt: state.arrivedAt, timeout: timeoutOf(state.search) };
    const response = await policyInTime(request.uid, judgePolicy(request), arrival);
    log.info({ uid: request.uid, allowed: response.allowed }, 'policy review');
    sendJson(ctx, 200, JSON.stringify(admissionReview(apiVersion, response)));
  };
}

/**
 * How long judging a ConfigMap may take from its arrival, time in the queue included. With MARGIN_MS it must be a second
 * less than the `timeoutSeconds` of that entry in deploy/webhook.yaml (15 s); a test of the manifests checks it.
 */
export const JUDGE_MS = 13_000;
/** What must be left of the client's timeout to send the answer. */
export const MARGIN_MS = 1000;

/** When the request arrived, and the timeout that its client announced. */
interface PolicyArrival {
  readonly arrivedAt: number | undefined;
  readonly timeout: string | null | undefined;
}

/**
 * The judgement of a ConfigMap, or a denial just before the client times out: that entry of the webhook fails open, so after
 * a timeout the ConfigMap would be stored unjudged.
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
 * The client's timeout in milliseconds; infinite if it announces none.
 *
 * @param timeout from the query, `5s` in `?timeout=5s`
 */
function clientTimeoutMs(timeout: string | null | undefined): number {
  const [, amount, unit] = DURATION.exec(String(timeout)) ?? [];
  return amount === undefined ? Infinity : Number(amount) * (unit === 's' ? 1000 : 1);
}
