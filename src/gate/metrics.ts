import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { AdmissionRequest } from '../admission/admission-review.ts';
import type { Review } from '../admission/review.ts';
import { countDurations } from './durations.ts';

/** What the gate counts. Labels hold names and numbers that are bounded: nothing of an object that came in. */
export interface Metrics {
  readonly registry: Registry;
  /** @param seconds from the head of the request to its answer */
  reviewed(request: AdmissionRequest, review: Review, seconds: number): void;
  /** A request that was not judged. */
  refused(status: number): void;
  certificateInUse(certificate: { readonly validTo: Date }): void;
  certificateReloadFailed(): void;
}

/** A review takes a tenth of a millisecond, one of 27 MiB half a second, and the API server waits five. */
const BUCKETS = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/**
 * Makes the metrics, in a registry of their own.
 *
 * @param ruleNames the rules that are on: their error counts begin at 0, so that the first error is an increase
 */
export function createMetrics(ruleNames: readonly string[]): Metrics {
  const registry = new Registry();
  const countReview = tally(registry, 'reviews', 'Reviews, by verdict.', ['verdict', 'operation', 'dry_run']);
  const countFindings = findingCounters(registry, ruleNames);
  const countDuration = countDurations(
    registry,
    'imagegate_review_duration_seconds',
    'From the head of a request to its verdict.',
    BUCKETS,
  );
  const unknownKinds = counter(registry, 'unknown_kinds', 'Reviews allowed because their kind is not known.');
  const badRequests = counter(registry, 'bad_requests', 'Requests that were not judged.', ['status']);
  const reloadErrors = counter(registry, 'certificate_reload_errors', 'Renewed certificates that do not work.');
  const expiry = new Gauge({
    name: 'imagegate_certificate_expiry_timestamp_seconds',
    help: 'When the certificate in use expires, in seconds since 1970.',
    registers: [registry],
  });
  return {
    registry,
    reviewed: (request, review, seconds) => {
      const dryRun = String(request.dryRun === true);
      countReview(review.verdict, request.operation, dryRun);
      if (review.findings.length > 0) countFindings(review.findings, dryRun);
      if (review.unknownKind) unknownKinds.inc();
      countDuration(seconds);
    },
    refused: (status) => badRequests.inc({ status }),
    certificateInUse: ({ validTo }) => expiry.set(validTo.getTime() / 1000),
    certificateReloadFailed: () => reloadErrors.inc(),
  };
}

/** Adds memory, CPU, event loop and garbage collection of this process: once for a process, since it listens to Node. */
export function addProcessMetrics({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry });
}

function findingCounters(
  registry: Registry,
  ruleNames: readonly string[],
): (findings: Review['findings'], dryRun: string) => void {
  const countViolation = tally(registry, 'violations', 'Violations, by rule.', ['rule', 'action', 'dry_run']);
  const errors = counter(registry, 'rule_errors', 'Images that a rule failed to judge.', ['rule']);
  for (const rule of ruleNames) errors.inc({ rule }, 0);
  return (findings, dryRun) => {
    for (const { rule, action, failed } of findings) {
      if (failed) errors.inc({ rule });
      else countViolation(rule, action, dryRun);
    }
  };
}

/**
 * A counter with three labels for what happens in every review. prom-client makes a text of all labels on each count;
 * here that waits until somebody asks.
 */
function tally(registry: Registry, name: string, help: string, labelNames: readonly [string, string, string]) {
  const counts = new Map<string, { readonly labels: Readonly<Record<string, string>>; count: number }>();
  const [first, second, third] = labelNames;
  const metric = counter(registry, name, help, labelNames, () => {
    metric.reset();
    for (const { labels, count } of counts.values()) metric.inc(labels, count);
  });
  return (a: string, b: string, c: string): void => {
    // None of these words has a slash.
    const key = `${a}/${b}/${c}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { labels: { [first]: a, [second]: b, [third]: c }, count: 1 });
    else known.count += 1;
  };
}

function counter<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  collect: () => void = () => {},
) {
  return new Counter<L>({ name: `imagegate_${name}_total`, help, labelNames, registers: [registry], collect });
}
