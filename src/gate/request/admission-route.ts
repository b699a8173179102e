import type { Context } from 'koa';
import { parseReview } from '../../admission/admission-review.ts';
import { admissionReview } from '../../admission/response.ts';
import { inSlices } from '../../admission/in-slices.ts';
import { reviewing } from '../../admission/review.ts';
import type { Ruleset } from '../../engine/ruleset.ts';
import type { SendJson } from './send-json.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { ClientGoneError } from './refusal.ts';
import type { LogReview } from '../telemetry/request-log.ts';
import { stateOf } from './request-state.ts';
import { Turns } from './turns.ts';

export interface AdmissionRouteOptions {
  /** The ruleset of the moment; asked once a request, so that a reload never splits a review. */
  readonly ruleset: () => Ruleset;
  readonly sendJson: SendJson;
  readonly logReview: LogReview;
  readonly metrics: Metrics;
}

/** Judges the body that was read, answers, and then tells the log and the metrics. */
export function createAdmissionRoute({ ruleset, sendJson, logReview, metrics }: AdmissionRouteOptions) {
  const turns = new Turns();
  return async function admissionRoute(ctx: Context): Promise<void> {
    const state = stateOf(ctx);
    const { apiVersion, request } = (state.review = parseReview(ctx.request.body));
    const current = ruleset();
    state.contact = current.policy.contact;
    const judging = inSlices(reviewing(request, current, { now: Date.now() }), async (spent) => {
      await turns.next(spent);
      if (ctx.req.socket.destroyed) throw new ClientGoneError();
    });
    // Almost always it is there at once; to wait for it all the same would cost a turn of the loop.
    const judged = judging instanceof Promise ? await judging : judging;
    sendJson(ctx, 200, JSON.stringify(admissionReview(apiVersion, judged.response)));
    const ms = performance.now() - (state.arrivedAt ?? Number.NaN);
    metrics.reviewed(request, judged, ms / 1000);
    logReview(ctx.req.socket.remoteAddress, request, judged, ms);
  };
}
