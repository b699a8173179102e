import type { AdmissionRequest } from '../../admission/admission-review.ts';
import type { Review } from '../../admission/review.ts';
import { REFUSALS } from '../request/refusal.ts';

/** Whether a request shows that it comes from the API server. */
export type Identity = 'present' | 'absent';

// The values of labels that are known beforehand. As keys, so that one that is missing here is a type error.
const verdicts = { allowed: 0, denied: 0, errored: 0 } satisfies Record<Review['verdict'], 0>;
const operations = { CREATE: 0, UPDATE: 0, DELETE: 0, CONNECT: 0 } satisfies Record<AdmissionRequest['operation'], 0>;
const identities = { present: 0, absent: 0 } satisfies Record<Identity, 0>;

export const VERDICTS = Object.keys(verdicts);
export const OPERATIONS = Object.keys(operations);
export const DRY_RUNS = ['false', 'true'];
export const IDENTITIES = Object.keys(identities);
/** Of every answer without a verdict, 500 among them. */
export const REFUSAL_STATUSES = [...new Set(Object.values(REFUSALS))].map(String);
