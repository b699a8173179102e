import type { AdmissionRequest } from '../src/admission/admission-review.ts';
import { review, type Moment } from '../src/admission/review.ts';
import type { Review } from '../src/admission/respond.ts';
import type { Ruleset } from '../src/engine/ruleset.ts';

/** Judges a request long before any exemption ends, unless told otherwise. */
export function reviewNow(request: AdmissionRequest, ruleset: Ruleset, moment: Partial<Moment> = {}): Review {
  return review(request, ruleset, { now: 0, ...moment });
}
