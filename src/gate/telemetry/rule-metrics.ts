import { Gauge, type Registry } from 'prom-client';
import type { Finding } from '../../engine/finding.ts';
import type { Ruleset } from '../../engine/ruleset.ts';
import { counter, gauge, tally } from './counters.ts';
import { DRY_RUNS } from './known-labels.ts';

/** What is counted of rules and exemptions. Their names are the operator's, so there are few. */
export interface RuleMetrics {
  found(findings: readonly Finding[], dryRun: string): void;
  rulesetInUse(ruleset: Ruleset): void;
  /** A custom rule was asked about an image, and used so many steps. */
  asked(rule: string, steps: number): void;
  /** A custom rule was not asked, since what it says was known. */
  remembered(rule: string): void;
}

/** What custom rules have used. */
interface Usage {
  asked: number;
  remembered: number;
  steps: number;
  most: number;
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
  const usageOf = createUsage(registry);
  return {
    asked: (rule, steps) => {
      const usage = usageOf(rule);
      usage.asked++;
      usage.steps += steps;
      usage.most = Math.max(usage.most, steps);
    },
    remembered: (rule) => void usageOf(rule).remembered++,
    found: (findings, dryRun) => {
      for (const { rule, action, failed, exemption } of findings) {
        if (failed) errors.inc({ rule, dry_run: dryRun });
        if (exemption !== undefined) countExempt(rule, exemption.name, dryRun);
        else if (!failed) countViolation(rule, action, dryRun);
      }
    },
    rulesetInUse: ({ everywhere, overrides, policy }) => {
      // From 0 on, so that the first error is an increase.
      for (const { rules } of [everywhere, ...overrides.map(({ selection }) => selection)]) {
        for (const { name: rule } of rules) {
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

/** Counted in plain numbers, which become metrics when somebody asks for them: this is done for every image. */
function createUsage(registry: Registry): (rule: string) => Usage {
  const usages = new Map<string, Usage>();
  const checks = counter(registry, 'custom_rule_checks', 'Images judged by a custom rule.', ['rule', 'source'], () => {
    checks.reset();
    for (const [rule, { asked, remembered }] of usages) {
      checks.inc({ rule, source: 'asked' }, asked);
      checks.inc({ rule, source: 'remembered' }, remembered);
    }
  });
  const steps = counter(registry, 'custom_rule_steps', 'Steps that a custom rule used.', ['rule'], () => {
    steps.reset();
    for (const [rule, usage] of usages) steps.inc({ rule }, usage.steps);
  });
  const most = new Gauge({
    name: 'imagegate_custom_rule_check_steps_max',
    help: 'The most steps that one check of a custom rule has used, of 100,000.',
    labelNames: ['rule'],
    registers: [registry],
    collect: () => {
      for (const [rule, usage] of usages) most.set({ rule }, usage.most);
    },
  });
  return (rule) => {
    const usage = usages.get(rule) ?? { asked: 0, remembered: 0, steps: 0, most: 0 };
    usages.set(rule, usage);
    return usage;
  };
}
