import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AdmissionRequest } from '../../admission/admission-review.ts';
import type { Review } from '../../admission/respond.ts';
import type { Ruleset } from '../../engine/ruleset.ts';
import { REFUSALS } from '../request/refusal.ts';
import { createFindingMetrics, type Found } from './finding-metrics.ts';
import { type CountedMutation, createMutationCount } from './mutation-count.ts';
import { counter, DRY_RUNS, tally, timestamp } from './series.ts';

/** What the gate counts. Label values are bounded, and of a request they have its namespace's name alone. */
export interface Metrics {
  readonly registry: Registry;
  /** @param seconds from the head of the request to its answer */
  reviewed(request: AdmissionRequest, review: Counted, seconds: number): void;
  /** A request of the mutating webhook was answered. */
  mutated(request: AdmissionRequest, mutation: CountedMutation): void;
  /** A request that was not judged. */
  refused(status: number): void;
  /** A request, by whether its client was authenticated. */
  clientSeen(identity: Identity): void;
  /** @param loadedAt in milliseconds since 1970 */
  rulesetInUse(ruleset: Ruleset, loadedAt: number): void;
  rulesetRejected(): void;
  readonly customRules: CustomRuleMetrics;
  certificateInUse(certificate: { readonly validTo: Date }): void;
  certificateReloadFailed(): void;
}

/** Counts checks of custom rules. */
export interface CustomRuleMetrics {
  /** A check was run, in this many steps. */
  asked(rule: string, steps: number): void;
  /** A verdict came from the cache. */
  remembered(rule: string): void;
}

/** What is counted of a review. */
export type Counted = Pick<Review, 'verdict' | 'findings' | 'unknownKind' | 'unknownProfile'>;

/** Whether a request has the API server's credentials. */
export type Identity = 'present' | 'absent';

// Label values known beforehand; as keys, so that a missing one is a type error.
const VERDICTS = { allowed: 0, denied: 0, errored: 0 } satisfies Record<Review['verdict'], 0>;
const OPERATIONS = { CREATE: 0, UPDATE: 0, DELETE: 0, CONNECT: 0 } satisfies Record<AdmissionRequest['operation'], 0>;
const IDENTITIES = { present: 0, absent: 0 } satisfies Record<Identity, 0>;

/** In seconds: a review takes 0.1 ms, one of 27 MiB half a second, and the API server waits five seconds. */
const BUCKETS = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const { found, inUse } = createFindingMetrics(registry);
  const badRequests = counter(registry, 'bad_requests', 'Requests that were not judged.', {
    status: Object.values(REFUSALS),
  });
  const clients = counter(registry, 'client_identity', 'Requests by client.', { identity: Object.keys(IDENTITIES) });
  const reloadErrors = counter(registry, 'certificate_reload_errors', 'Renewed certificates that do not work.');
  const expiry = timestamp(registry, 'certificate_expiry', 'When the certificate in use expires');
  const loaded = timestamp(registry, 'ruleset_last_success', 'When the ruleset in use was loaded');
  const loads = counter(registry, 'ruleset_loads', 'Rulesets that were loaded, or refused.', {
    result: ['success', 'failure'],
  });
  return {
    registry,
    reviewed: createReviewCount(registry, found),
    mutated: createMutationCount(registry),
    refused: (status) => badRequests.inc({ status }),
    clientSeen: (identity) => clients.inc({ identity }),
    rulesetInUse: (ruleset, loadedAt) => {
      loads.inc({ result: 'success' });
      loaded.set(loadedAt / 1000);
      inUse(ruleset);
    },
    rulesetRejected: () => loads.inc({ result: 'failure' }),
    customRules: createCustomRuleMetrics(registry),
    certificateInUse: ({ validTo }) => expiry.set(validTo.getTime() / 1000),
    certificateReloadFailed: () => reloadErrors.inc(),
  };
}

function createReviewCount(registry: Registry, found: Found): Metrics['reviewed'] {
  const reviews = tally(registry, 'reviews', 'Reviews, by verdict.', {
    verdict: Object.keys(VERDICTS),
    operation: Object.keys(OPERATIONS),
    dry_run: DRY_RUNS,
  });
  const unknownKinds = counter(registry, 'unknown_kinds', 'Reviews of kinds that are not known.', {
    dry_run: DRY_RUNS,
  });
  // Without the name as a label: whoever can reach the port can ask for any.
  const unknownProfiles = counter(registry, 'unknown_profiles', 'Reviews for profiles that the policy does not have.', {
    dry_run: DRY_RUNS,
  });
  const durations = new Histogram({
    name: 'imagegate_review_duration_seconds',
    help: 'From the head of a request to its verdict.',
    buckets: BUCKETS,
    registers: [registry],
  });
  return ({ operation, namespace, dryRun }, review, seconds) => {
    const dry_run = String(dryRun === true);
    reviews.count(review.verdict, operation, dry_run);
    found(review, namespace, dry_run);
    if (review.unknownKind) unknownKinds.inc({ dry_run });
    if (review.unknownProfile) unknownProfiles.inc({ dry_run });
    durations.observe(seconds);
  };
}

function createCustomRuleMetrics(registry: Registry): CustomRuleMetrics {
  const checks = tally(registry, 'custom_rule_checks', 'Images judged by a custom rule.', { rule: [], source: [] });
  const allSteps = counter(registry, 'custom_rule_steps', 'Steps that a custom rule used.', { rule: [] });
  const most = new Map<string, number>();
  const maximum = new Gauge({
    name: 'imagegate_custom_rule_check_steps_max',
    help: 'The most steps that one check of a custom rule has used, of 100,000.',
    labelNames: ['rule'],
    registers: [registry],
  });
  return {
    asked: (rule, steps) => {
      checks.count(rule, 'asked');
      allSteps.inc({ rule }, steps);
      if (steps <= (most.get(rule) ?? -1)) return;
      most.set(rule, steps);
      maximum.set({ rule }, steps);
    },
    remembered: (rule) => checks.count(rule, 'remembered'),
  };
}

/** Adds memory, CPU, event loop and garbage collection; once per process, since it registers observers in Node. */
export function addProcessMetrics({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry });
}
