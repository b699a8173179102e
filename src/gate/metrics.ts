import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Ruleset } from '../engine/ruleset.ts';
import type { AdmissionRequest } from '../admission/admission-review.ts';
import type { Review } from '../admission/review.ts';
import { counter, gauge, tally } from './counters.ts';
import { countDurations } from './durations.ts';
import { createRuleMetrics } from './rule-metrics.ts';

/** What is counted of a review. */
export type Counted = Pick<Review, 'verdict' | 'findings' | 'unknownKind'>;

/** What the gate counts. Labels hold names and numbers that are bounded: nothing of an object that came in. */
export interface Metrics {
  readonly registry: Registry;
  /** @param seconds from the head of the request to its answer */
  reviewed(request: AdmissionRequest, review: Counted, seconds: number): void;
  /** A request that was not judged. */
  refused(status: number): void;
  /** A ruleset that is loaded, and when, in milliseconds since 1970. */
  rulesetInUse(ruleset: Ruleset, loadedAt: number): void;
  rulesetRefused(): void;
  /** A worker process that ran custom rules had to be ended, or ended itself. */
  workerEnded(reason: string): void;
  certificateInUse(certificate: { readonly validTo: Date }): void;
  certificateReloadFailed(): void;
}

/** A review takes a tenth of a millisecond, one of 27 MiB half a second, and the API server waits five. */
const BUCKETS = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/** Makes the metrics, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const countReview = tally(registry, 'reviews', 'Reviews, by verdict.', ['verdict', 'operation', 'dry_run']);
  const ruleMetrics = createRuleMetrics(registry);
  const countDuration = countDurations(
    registry,
    'imagegate_review_duration_seconds',
    'From the head of a request to its verdict.',
    BUCKETS,
  );
  const unknownKinds = counter(registry, 'unknown_kinds', 'Reviews of kinds that are not known.', ['dry_run']);
  for (const dryRun of ['false', 'true']) unknownKinds.inc({ dry_run: dryRun }, 0);
  const badRequests = counter(registry, 'bad_requests', 'Requests that were not judged.', ['status']);
  const reloadErrors = counter(registry, 'certificate_reload_errors', 'Renewed certificates that do not work.');
  const expiry = gauge(registry, 'certificate_expiry', 'When the certificate in use expires');
  const loaded = gauge(registry, 'ruleset_last_success', 'When the ruleset in use was loaded');
  const loads = counter(registry, 'ruleset_loads', 'Rulesets that were loaded, or refused.', ['result']);
  for (const result of ['success', 'failure']) loads.inc({ result }, 0);
  const workerEnds = counter(registry, 'worker_ends', 'Worker processes of custom rules that ended.', ['reason']);
  return {
    registry,
    reviewed: (request, review, seconds) => {
      const dryRun = String(request.dryRun === true);
      countReview(review.verdict, request.operation, dryRun);
      if (review.findings.length > 0) ruleMetrics.found(review.findings, dryRun);
      if (review.unknownKind) unknownKinds.inc({ dry_run: dryRun });
      countDuration(seconds);
    },
    refused: (status) => badRequests.inc({ status }),
    rulesetInUse: (ruleset, loadedAt) => {
      loads.inc({ result: 'success' });
      loaded.set(loadedAt / 1000);
      ruleMetrics.rulesetInUse(ruleset);
    },
    rulesetRefused: () => loads.inc({ result: 'failure' }),
    workerEnded: (reason) => workerEnds.inc({ reason }),
    certificateInUse: ({ validTo }) => expiry.set(validTo.getTime() / 1000),
    certificateReloadFailed: () => reloadErrors.inc(),
  };
}

/** Adds memory, CPU, event loop and garbage collection of this process: once for a process, since it listens to Node. */
export function addProcessMetrics({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry });
}
