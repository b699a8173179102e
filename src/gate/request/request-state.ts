import type { Context } from 'koa';
import type { AdmissionReview } from '../../admission/admission-review.ts';

/** What the middleware of one request share. */
export interface RequestState {
  /** When the head of the request was read, on the clock of `performance.now()`. */
  arrivedAt?: number;
  /** The query, as `?timeout=5s`. */
  search?: string;
  /** Whether its path was that for the gate's own ConfigMaps, with the token valid then. */
  isPolicyReview?: boolean;
  /** Whether its path was that of the mutating webhook, which never denies. */
  isMutation?: boolean;
  /** The profile that its path asks for, whether the policy has it or not. */
  profile?: string | undefined;
  /** The parsed body. While it is absent, there is no uid to give a verdict on. */
  review?: AdmissionReview;
  /** The last line of a denial, if the policy has one. */
  contact?: string | undefined;
}

/** The state of a request, which Koa leaves untyped. */
export function stateOf(ctx: Context): RequestState {
  return ctx.state;
}
