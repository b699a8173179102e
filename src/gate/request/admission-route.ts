import type { Context } from 'koa';
import { compileReviews, parseReview } from '../../admission/admission-review.ts';
import { admissionReview } from '../../admission/response.ts';
import { reviewing } from '../../admission/review.ts';
import type { Ruleset } from '../../engine/ruleset.ts';
import type { SendJson } from './send-json.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { LogReview } from '../telemetry/request-log.ts';
import { stateOf } from './request-state.ts';
import type { Turns } from './turns.ts';

export interface AdmissionRouteOptions {
  /** Returns the current ruleset; called once a request, so that a reload never splits a review. */
  readonly ruleset: () => Ruleset;
  readonly sendJson: SendJson;
  readonly logReview: LogReview;
  readonly metrics: Metrics;
  /** Shared by all routes that take time. */
  readonly turns: Turns;
}

/** Judges the parsed body, answers, then logs and counts the review. */
export function createAdmissionRoute({ ruleset, sendJson, logReview, metrics, turns }: AdmissionRouteOptions) {
  compileReviews();
  return async function admissionRoute(ctx: Context): Promise<void> {
    const state = stateOf(ctx);
    const { apiVersion, request } = (state.review = parseReview(ctx.request.body));
    const current = ruleset();
    state.contact = current.policy.contact;
    const moment = { now: Date.now(), profile: state.profile, podsAsTheyAre: true };
    const judging = turns.run(ctx, reviewing(request, current, moment));
    // Most reviews finish synchronously; an `await` would cost a turn of the event loop.
    const judged = judging instanceof Promise ? await judging : judging;
    sendJson(ctx, 200, JSON.stringify(admissionReview(apiVersion, judged.response)));
    const ms = performance.now() - (state.arrivedAt ?? Number.NaN);
    metrics.reviewed(request, judged, ms / 1000);
    logReview(ctx.req.socket.remoteAddress, request, judged, ms, state.profile);
  };
}
