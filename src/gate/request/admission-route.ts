import type { Context } from 'koa';
import { compileReviews, parseReview } from '../../admission/admission-review.ts';
import { admissionReview } from '../../admission/response.ts';
import { inSlices } from '../../admission/in-slices.ts';
import { reviewing } from '../../admission/review.ts';
import type { Ruleset } from '../../engine/ruleset.ts';
import type { SendJson } from './send-json.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { ClientGoneError } from './refusal.ts';
import type { LogReview } from '../telemetry/request-log.ts';
import { stateOf } from './request-state.ts';

export interface AdmissionRouteOptions {
  /** Returns the current ruleset; called once a request, so that a reload never splits a review. */
  readonly ruleset: () => Ruleset;
  readonly sendJson: SendJson;
  readonly logReview: LogReview;
  readonly metrics: Metrics;
}

/** Judges the parsed body, answers, then logs and counts the review. */
export function createAdmissionRoute({ ruleset, sendJson, logReview, metrics }: AdmissionRouteOptions) {
  compileReviews();
  const turns = new Turns();
  return async function admissionRoute(ctx: Context): Promise<void> {
    const state = stateOf(ctx);
    const { apiVersion, request } = (state.review = parseReview(ctx.request.body));
    const current = ruleset();
    state.contact = current.policy.contact;
    const reviewed = reviewing(request, current, { now: Date.now(), profile: state.profile, podsAsTheyAre: true });
    const judging = inSlices(reviewed, async (spent) => {
      await turns.next(spent);
      if (ctx.req.socket.destroyed) throw new ClientGoneError();
    });
    // Most reviews finish synchronously; an `await` would cost a turn of the event loop.
    const judged = judging instanceof Promise ? await judging : judging;
    sendJson(ctx, 200, JSON.stringify(admissionReview(apiVersion, judged.response)));
    const ms = performance.now() - (state.arrivedAt ?? Number.NaN);
    metrics.reviewed(request, judged, ms / 1000);
    logReview(ctx.req.socket.remoteAddress, request, judged, ms, state.profile);
  };
}

interface Waiting {
  readonly spent: number;
  readonly go: () => void;
}

/**
 * Schedules the slices of long reviews, one per round of the event loop, so that new requests are read in between.
 * The review that has used the fewest steps is next: a small pod does not wait for large ones.
 */
export class Turns {
  readonly #waiting = new Set<Waiting>();
  #isAnnounced = false;

  /** @param spent steps used so far */
  async next(spent: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.add({ spent, go });
      this.#announce();
    });
  }

  #announce(): void {
    if (this.#isAnnounced || this.#waiting.size === 0) return;
    this.#isAnnounced = true;
    setImmediate(() => {
      this.#isAnnounced = false;
      const next = this.#leastSpent();
      this.#waiting.delete(next);
      this.#announce();
      next.go();
    });
  }

  #leastSpent(): Waiting {
    // Ties go to the longest waiting: a set keeps insertion order.
    return [...this.#waiting].reduce((least, one) => (one.spent < least.spent ? one : least));
  }
}
