import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import { parseReview, type AdmissionRequest } from '../../admission/admission-review.ts';
import { admissionReview, type AdmissionResponse } from '../../admission/response.ts';
import type { Answer } from './send-json.ts';
import { policyInTime } from './policy-in-time.ts';
import { stateOf } from './request-state.ts';
import { timeoutOf } from './request-target.ts';

/** Judges a ConfigMap as the policy or the rules that it would become. */
export type JudgePolicy = (request: AdmissionRequest) => Promise<AdmissionResponse>;

export interface PolicyRouteOptions {
  readonly judgePolicy: JudgePolicy;
  readonly answer: Answer;
  readonly log: Logger;
}

/**
 * Answers reviews of the gate's own ConfigMaps, and passes all others on. What it throws becomes a denial: that entry of
 * the webhook fails open, but a policy that could not be judged should not look as if it had been.
 */
export function createPolicyRoute({ judgePolicy, answer, log }: PolicyRouteOptions) {
  return async function policyRoute(ctx: Context, next: Next): Promise<void> {
    const state = stateOf(ctx);
    // Not by its path, since the token may have changed while the body was read.
    if (state.isPolicyReview !== true) return next() as Promise<void>;
    const { apiVersion, request } = (state.review = parseReview(ctx.request.body));
    const arrival = { arrivedAt: state.arrivedAt, timeout: timeoutOf(state.search) };
    const response = await policyInTime(request.uid, judgePolicy(request), arrival);
    log.info({ uid: request.uid, allowed: response.allowed }, 'policy review');
    answer(ctx, 200, JSON.stringify(admissionReview(apiVersion, response)));
  };
}
