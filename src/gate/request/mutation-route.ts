import type { Context, Next } from 'koa';
import { parseReview } from '../../admission/admission-review.ts';
import { mutating } from '../../admission/mutate.ts';
import { admissionReview } from '../../admission/response.ts';
import type { LogMutation } from '../telemetry/mutation-log.ts';
import type { AdmissionRouteOptions } from './admission-route.ts';
import { stateOf } from './request-state.ts';

export interface MutationRouteOptions extends Omit<AdmissionRouteOptions, 'logReview'> {
  readonly logMutation: LogMutation;
}

/** Rewrites the images of pods, answers, then logs and counts; passes all other reviews on. */
export function createMutationRoute({ ruleset, sendJson, logMutation, metrics, turns }: MutationRouteOptions) {
  return function mutationRoute(ctx: Context, next: Next): Promise<void> {
    // Not awaited: most requests are for the route that comes next.
    return stateOf(ctx).isMutation === true ? mutated(ctx) : (next() as Promise<void>);
  };

  async function mutated(ctx: Context): Promise<void> {
    const state = stateOf(ctx);
    const { apiVersion, request } = (state.review = parseReview(ctx.request.body));
    const running = turns.run(ctx, mutating(request, ruleset(), { now: Date.now(), profile: state.profile }));
    const mutation = running instanceof Promise ? await running : running;
    sendJson(ctx, 200, JSON.stringify(admissionReview(apiVersion, mutation.response)));
    metrics.mutated(request, mutation);
    const ms = performance.now() - (state.arrivedAt ?? Number.NaN);
    logMutation(ctx.req.socket.remoteAddress, request, mutation, ms, state.profile);
  }
}
