import type { Registry } from 'prom-client';
import type { Review } from '../../admission/respond.ts';
import { allSelections, type Ruleset } from '../../engine/ruleset.ts';
import { DRY_RUNS, fromZero, tally, timestamp } from './series.ts';

/** The most namespaces that violations are counted by: whoever can reach the port can name any. */
export const MAX_NAMESPACES = 200;
/** A DNS label, as each namespace's name is one. */
const NAMESPACE = /^[a-z\d](?:[-a-z\d]{0,61}[a-z\d])?$/;

/** Counts what was found in one request. */
export type Found = (review: Pick<Review, 'findings'>, namespace: string | undefined, dryRun: string) => void;

/** Maps a request's namespace to a label value: itself for the first 200, `other` for later and impossible ones. */
function createNamespaceLabel(): (namespace?: string) => string {
  const known = new Set<string>();
  return (namespace = '') => {
    if (known.has(namespace)) return namespace;
    if (known.size === MAX_NAMESPACES || !NAMESPACE.test(namespace)) return 'other';
    known.add(namespace);
    return namespace;
  };
}

/** Counts by rule and exemption: their names are the operator's, so there are few. */
export function createFindingMetrics(registry: Registry) {
  const violations = tally(registry, 'violations', 'Violations, by rule and namespace.', {
    rule: [],
    action: [],
    namespace: [],
    dry_run: [],
  });
  const namespaceLabel = createNamespaceLabel();
  const exempt = tally(registry, 'exempt_violations', 'Violations from which nothing followed, by exemption.', {
    rule: [],
    exemption: [],
    dry_run: [],
  });
  const errors = tally(registry, 'rule_errors', 'Images that a rule failed to judge.', { rule: [], dry_run: [] });
  const expiry = timestamp(registry, 'exemption_expiry', 'When an exemption ends', ['exemption']);
  return {
    found: (({ findings }, namespace, dry_run) => {
      for (const { rule, action, failed, exemption } of findings) {
        if (failed) errors.count(rule, dry_run);
        if (exemption !== undefined) exempt.count(rule, exemption.name, dry_run);
        else if (!failed) violations.count(rule, action, namespaceLabel(namespace), dry_run);
      }
    }) satisfies Found,
    inUse: (ruleset: Ruleset): void => {
      const names = new Set<string>();
      for (const { rules } of allSelections(ruleset)) for (const { name } of rules) names.add(name);
      fromZero(errors.metric, { rule: [...names], dry_run: DRY_RUNS });
      expiry.reset();
      for (const { name, expires } of ruleset.policy.exemptions) {
        if (Number.isFinite(expires)) expiry.set({ exemption: name }, expires / 1000);
      }
    },
  };
}
