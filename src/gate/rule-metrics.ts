import type { Registry } from 'prom-client';
import type { Finding } from '../engine/finding.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { counter, gauge, tally } from './counters.ts';
import { DRY_RUNS } from './known-labels.ts';

/** What is counted of rules and exemptions. Their names are the operator's, so there are few. */
export interface RuleMetrics {
  found(findings: readonly Finding[], dryRun: string): void;
  rulesetInUse(ruleset: Ruleset): void;
}

export function createRuleMetrics(registry: Registry): RuleMetrics {
  const countViolation = tally(registry, 'violations', 'Violations, by rule.', ['rule', 'action', 'dry_run']);
  const countExempt = tally(registry, 'exempt_violations', 'Violations from which nothing followed, by exemption.', [
    'rule',
    'exemption',
    'dry_run',
  ]);
  const errors = counter(registry, 'rule_errors', 'Images that a rule failed to judge.', ['rule', 'dry_run']);
  const expiry = gauge(registry, 'exemption_expiry', 'When an exemption ends', ['exemption']);
  return {
    found: (findings, dryRun) => {
      for (const { rule, action, failed, exemption } of findings) {
        if (failed) errors.inc({ rule, dry_run: dryRun });
        if (exemption !== undefined) countExempt(rule, exemption.name, dryRun);
        else if (!failed) countViolation(rule, action, dryRun);
      }
    },
    rulesetInUse: ({ everywhere, overrides, policy }) => {
      // From 0 on, so that the first error is an increase.
      for (const { rules, custom } of [everywhere, ...overrides.map(({ selection }) => selection)]) {
        for (const { name: rule } of [...rules, ...custom]) {
          for (const dryRun of DRY_RUNS) errors.inc({ rule, dry_run: dryRun }, 0);
        }
      }
      expiry.reset();
      for (const { name, expires } of policy.exemptions) {
        if (Number.isFinite(expires)) expiry.set({ exemption: name }, expires / 1000);
      }
    },
  };
}
