import type { AdmissionRequest } from '../src/admission/admission-review.ts';
import { review, type Moment, type Review } from '../src/admission/review.ts';
import type { Ruleset } from '../src/engine/ruleset.ts';

/** Judges a request at once, as a gate without custom rules does; long before any exemption ends, unless told otherwise. */
export function reviewNow(request: AdmissionRequest, ruleset: Ruleset, moment: Partial<Moment> = {}): Review {
  const judged = review(request, ruleset, { now: 0, deadline: Infinity, ...moment });
  if (judged instanceof Promise) throw new Error('The review has to wait for custom rules.');
  return judged;
}
