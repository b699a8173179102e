import type { Registry } from 'prom-client';
import type { Review } from '../../admission/respond.ts';
import type { Finding } from '../../engine/finding.ts';
import { allSelections, type Ruleset } from '../../engine/ruleset.ts';
import { counter, DRY_RUNS, fromZero, tally, timestamp } from './series.ts';

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

interface Alike {
  readonly finding: Finding;
  count: number;
}

/** Groups findings that count alike: an object may have 60,000 images, and to count one takes a microsecond. */
function alikeIn(findings: readonly Finding[]): Iterable<Alike> {
  const alike = new Map<string, Alike>();
  for (const finding of findings) {
    const key = [finding.rule, finding.action, finding.failed, finding.exemption?.name].join();
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { finding, count: 1 });
    else known.count += 1;
  }
  return alike.values();
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
  const exempt = counter(registry, 'exempt_violations', 'Violations from which nothing followed, by exemption.', {
    rule: [],
    exemption: [],
    dry_run: [],
  });
  const errors = counter(registry, 'rule_errors', 'Images that a rule failed to judge.', { rule: [], dry_run: [] });
  const expiry = timestamp(registry, 'exemption_expiry', 'When an exemption ends', ['exemption']);
  return {
    found: (({ findings }, namespace, dry_run) => {
      for (const { finding, count } of alikeIn(findings)) {
        const { rule, action, failed, exemption } = finding;
        if (failed) errors.inc({ rule, dry_run }, count);
        if (exemption !== undefined) exempt.inc({ rule, exemption: exemption.name, dry_run }, count);
        else if (!failed) violations([rule, action, namespaceLabel(namespace), dry_run], count);
      }
    }) satisfies Found,
    inUse: (ruleset: Ruleset): void => {
      const names = new Set<string>();
      for (const { rules } of allSelections(ruleset)) for (const { name } of rules) names.add(name);
      fromZero(errors, { rule: [...names], dry_run: DRY_RUNS });
      expiry.reset();
      for (const { name, expires } of ruleset.policy.exemptions) {
        if (Number.isFinite(expires)) expiry.set({ exemption: name }, expires / 1000);
      }
    },
  };
}
