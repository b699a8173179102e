import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Ruleset } from '../../engine/ruleset.ts';
import type { AdmissionRequest } from '../../admission/admission-review.ts';
import { counter, counterFromZero, gauge } from './counters.ts';
import { IDENTITIES, REFUSAL_STATUSES, type Identity } from './known-labels.ts';
import { createReviewCount, type Counted } from './review-count.ts';
import { createRuleMetrics, type RuleMetrics } from './rule-metrics.ts';

/** What the gate counts. Labels hold names and numbers that are bounded: nothing of an object that came in. */
export interface Metrics {
  readonly registry: Registry;
  /** @param seconds from the head of the request to its answer */
  reviewed(request: AdmissionRequest, review: Counted, seconds: number): void;
  /** A request that was not judged. */
  refused(status: number): void;
  /** A request came from a client that is known, or is not, where the settings ask for that. */
  clientSeen(identity: Identity): void;
  /** A ruleset that is loaded, and when, in milliseconds since 1970. */
  rulesetInUse(ruleset: Ruleset, loadedAt: number): void;
  rulesetRefused(): void;
  /** How custom rules are asked. */
  readonly customRules: Pick<RuleMetrics, 'asked' | 'remembered'>;
  certificateInUse(certificate: { readonly validTo: Date }): void;
  certificateReloadFailed(): void;
}

/** Makes the metrics, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const ruleMetrics = createRuleMetrics(registry);
  const countReview = createReviewCount(registry, ruleMetrics);
  const badRequests = counterFromZero(
    registry,
    'bad_requests',
    'Requests that were not judged.',
    'status',
    REFUSAL_STATUSES,
  );
  const clients = counterFromZero(registry, 'client_identity', 'Requests by client.', 'identity', IDENTITIES);
  const reloadErrors = counter(registry, 'certificate_reload_errors', 'Renewed certificates that do not work.');
  const expiry = gauge(registry, 'certificate_expiry', 'When the certificate in use expires');
  const loaded = gauge(registry, 'ruleset_last_success', 'When the ruleset in use was loaded');
  const loads = counterFromZero(registry, 'ruleset_loads', 'Rulesets that were loaded, or refused.', 'result', [
    'success',
    'failure',
  ]);
  return {
    registry,
    reviewed: countReview,
    refused: (status) => badRequests.inc({ status }),
    clientSeen: (identity) => clients.inc({ identity }),
    rulesetInUse: (ruleset, loadedAt) => {
      loads.inc({ result: 'success' });
      loaded.set(loadedAt / 1000);
      ruleMetrics.rulesetInUse(ruleset);
    },
    rulesetRefused: () => loads.inc({ result: 'failure' }),
    customRules: ruleMetrics,
    certificateInUse: ({ validTo }) => expiry.set(validTo.getTime() / 1000),
    certificateReloadFailed: () => reloadErrors.inc(),
  };
}

/** Adds memory, CPU, event loop and garbage collection of this process: once for a process, since it listens to Node. */
export function addProcessMetrics({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry });
}
