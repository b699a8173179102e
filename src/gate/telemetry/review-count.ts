import type { Registry } from 'prom-client';
import type { AdmissionRequest } from '../../admission/admission-review.ts';
import type { Review } from '../../admission/review.ts';
import { counterFromZero, tally } from './counters.ts';
import { countDurations } from './durations.ts';
import { DRY_RUNS, OPERATIONS, VERDICTS } from './known-labels.ts';
import type { RuleMetrics } from './rule-metrics.ts';

/** What is counted of a review. */
export type Counted = Pick<Review, 'verdict' | 'findings' | 'unknownKind'>;

/** A review takes a tenth of a millisecond, one of 27 MiB half a second, and the API server waits five. */
const BUCKETS = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/** Makes the metrics of reviews, and returns what counts one. */
export function createReviewCount(registry: Registry, { found }: Pick<RuleMetrics, 'found'>) {
  const countVerdict = tallyVerdicts(registry);
  const help = 'From the head of a request to its verdict.';
  const countDuration = countDurations(registry, 'imagegate_review_duration_seconds', help, BUCKETS);
  const unknownHelp = 'Reviews of kinds that are not known.';
  const unknownKinds = counterFromZero(registry, 'unknown_kinds', unknownHelp, 'dry_run', DRY_RUNS);
  return (request: AdmissionRequest, { verdict, findings, unknownKind }: Counted, seconds: number): void => {
    const dryRun = String(request.dryRun === true);
    countVerdict(verdict, request.operation, dryRun);
    if (findings.length > 0) found(findings, dryRun);
    if (unknownKind) unknownKinds.inc({ dry_run: dryRun });
    countDuration(seconds);
  };
}

/** All verdicts begin at 0, as in `counterFromZero`. */
function tallyVerdicts(registry: Registry) {
  const count = tally(registry, 'reviews', 'Reviews, by verdict.', ['verdict', 'operation', 'dry_run']);
  for (const verdict of VERDICTS) {
    for (const operation of OPERATIONS) {
      for (const dryRun of DRY_RUNS) count(verdict, operation, dryRun, 0);
    }
  }
  return count;
}
