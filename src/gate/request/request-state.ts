import type { Context } from 'koa';
import type { AdmissionReview } from '../../admission/admission-review.ts';

/** What the middleware of one request tell each other. */
export interface RequestState {
  /** When the head of the request was read, on the clock of `performance.now()`. */
  arrivedAt?: number;
  /** What the client said behind the path, as `?timeout=5s`. */
  search?: string;
  /** Whether it came to the path for the gate's own ConfigMaps, with the token that counted then. */
  isPolicyReview?: boolean;
  /** What the body turned out to be. As long as this is absent, nobody waits for a verdict on a uid. */
  review?: AdmissionReview;
  /** The last line of a denial, if the operator wrote one. */
  contact?: string | undefined;
}

/** The state of a request, which Koa keeps untyped. */
export function stateOf(ctx: Context): RequestState {
  return ctx.state;
}
