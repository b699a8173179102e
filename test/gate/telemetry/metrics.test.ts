import { expect } from 'chai';
import type { Review } from '../../../src/admission/respond.ts';
import { DEFAULT_POLICY } from '../../../src/engine/policy.ts';
import { createRuleset } from '../../../src/engine/ruleset.ts';
import { createMetrics } from '../../../src/gate/telemetry/metrics.ts';
import { admissionRequest, podCreate } from '../../admission-request.ts';
import { BUILT_IN, rulesetOf } from '../../ruleset.ts';
import { metricValue } from '../test-gate.ts';
import { reviewNow } from '../../review-now.ts';

const RULESET = rulesetOf({ 'blocked-tags': { action: 'warn' } });

describe('the metrics', () => {
  it('count reviews, violations and unknown kinds, dry runs apart', async () => {
    const metrics = createMetrics();
    const requests = [
      podCreate({ a: 'nginx' }),
      podCreate({ a: 'nginx', b: 'nginx' }),
      podCreate({ a: 'nginx' }, { dryRun: true }),
      podCreate({ a: 'gcr.io/x:latest' }),
      podCreate({ a: 'not a reference' }),
      admissionRequest({ operation: 'DELETE' }),
      admissionRequest({ kind: { group: 'example.com', version: 'v1', kind: 'Widget' } }),
    ];
    for (const request of requests) metrics.reviewed(request, reviewNow(request, RULESET), 0.000_2);
    // Asking twice must not count twice.
    await metrics.registry.metrics();
    const text = await metrics.registry.metrics();
    const reviews = (verdict: string, operation: string, dryRun: boolean) =>
      metricValue(text, `imagegate_reviews_total{verdict="${verdict}",operation="${operation}",dry_run="${dryRun}"}`);
    expect(reviews('denied', 'CREATE', false)).to.equal(3);
    expect(reviews('denied', 'CREATE', true)).to.equal(1);
    expect(reviews('allowed', 'CREATE', false)).to.equal(2);
    expect(reviews('allowed', 'DELETE', false)).to.equal(1);
    const violations = (rule: string, action: string, dryRun: boolean) =>
      metricValue(
        text,
        `imagegate_violations_total{rule="${rule}",action="${action}",namespace="default",dry_run="${dryRun}"}`,
      );
    expect(violations('empty-tag', 'deny', false)).to.equal(3);
    expect(violations('empty-tag', 'deny', true)).to.equal(1);
    expect(violations('blocked-tags', 'warn', false)).to.equal(1);
    expect(violations('valid-reference', 'deny', false)).to.equal(1);
    expect(metricValue(text, 'imagegate_unknown_kinds_total{dry_run="false"}')).to.equal(1);
    expect(metricValue(text, 'imagegate_unknown_kinds_total{dry_run="true"}')).to.equal(0);
    expect(metricValue(text, 'imagegate_review_duration_seconds_count')).to.equal(7);
    const buckets = [...text.matchAll(/^imagegate_review_duration_seconds_bucket\{le="(.*)"\} (.*)$/gm)];
    expect(buckets.map(([, seconds, count]) => `${Number(seconds) || seconds}: ${count}`)).to.deep.equal([
      ...[0.000_05, 0.000_1].map((seconds) => `${seconds}: 0`),
      ...[0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, '+Inf'].map(
        (seconds) => `${seconds}: 7`,
      ),
    ]);
  });

  it('begin at 0 wherever the labels are known, so that the first event is an increase', async () => {
    const lines = (await createMetrics().registry.metrics()).split('\n');
    const labelsOf = (name: string): readonly string[] => {
      const own = lines.filter((line) => line.startsWith(`imagegate_${name}_total{`));
      expect(own.filter((line) => !line.endsWith('} 0'))).to.deep.equal([]);
      return own.map((line) => line.slice(line.indexOf('{') + 1, line.lastIndexOf('}')));
    };
    const reviews = ['allowed', 'denied', 'errored'].flatMap((verdict) =>
      ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'].flatMap((operation) =>
        ['false', 'true'].map((dryRun) => `verdict="${verdict}",operation="${operation}",dry_run="${dryRun}"`),
      ),
    );
    expect(labelsOf('reviews')).to.have.members(reviews);
    const statuses = ['400', '401', '404', '405', '408', '413', '415', '429', '431', '500'];
    expect(labelsOf('bad_requests')).to.have.members(statuses.map((status) => `status="${status}"`));
    expect(labelsOf('client_identity')).to.have.members(['identity="present"', 'identity="absent"']);
    expect(labelsOf('ruleset_loads')).to.have.members(['result="success"', 'result="failure"']);
    const outcomes = ['patched', 'unchanged', 'errored'];
    expect(labelsOf('mutations')).to.have.members(
      outcomes.flatMap((outcome) => [false, true].map((dryRun) => `outcome="${outcome}",dry_run="${dryRun}"`)),
    );
    expect(labelsOf('unknown_kinds')).to.have.members(['dry_run="false"', 'dry_run="true"']);
  });

  it('count what a rule failed to judge as an error of the rule, from 0 on, and as no violation', async () => {
    const metrics = createMetrics();
    metrics.rulesetInUse(rulesetOf(), 0);
    const finding = { rule: 'broken', action: 'deny', failed: true, problem: 'x', remedy: 'y' };
    const judged = { verdict: 'denied', findings: [finding, finding], unknownKind: false } as unknown as Review;
    metrics.reviewed(admissionRequest(), judged, 1);
    metrics.reviewed(admissionRequest({ dryRun: true }), { ...judged, findings: [judged.findings[0]!] }, 1);
    const text = await metrics.registry.metrics();
    for (const [labels, count] of [
      ['rule="broken",dry_run="false"', 2],
      ['rule="broken",dry_run="true"', 1],
      ['rule="empty-tag",dry_run="false"', 0],
      ['rule="empty-tag",dry_run="true"', 0],
    ] as const) {
      expect(metricValue(text, `imagegate_rule_errors_total{${labels}}`), labels).to.equal(count);
    }
    expect(text).not.to.contain('imagegate_violations_total{');
  });

  it('count reviews for unknown profiles, without their names', async () => {
    const metrics = createMetrics();
    const judged = { verdict: 'allowed', findings: [], unknownKind: false } as const;
    metrics.reviewed(admissionRequest(), { ...judged, unknownProfile: true }, 1);
    metrics.reviewed(admissionRequest(), judged, 1);
    const text = await metrics.registry.metrics();
    expect(metricValue(text, 'imagegate_unknown_profiles_total{dry_run="false"}')).to.equal(1);
    expect(metricValue(text, 'imagegate_unknown_profiles_total{dry_run="true"}')).to.equal(0);
  });

  it('hold nothing of the objects that came in', async () => {
    const metrics = createMetrics();
    const stranger = podCreate({ evil: 'evil.example/evil:latest' }, { name: 'evil', namespace: 'Evil', uid: 'evil' });
    metrics.reviewed(stranger, reviewNow(stranger, RULESET), 0.001);
    expect(await metrics.registry.metrics()).not.to.match(/evil/i);
  });

  it('tell of exemptions: what they covered, and when they end', async () => {
    const metrics = createMetrics();
    const exemption = { name: 'legacy', reason: 'x', owner: 'y', expires: 86_400_000, namespaces: ['default'] };
    const forever = { ...exemption, name: 'forever', expires: Infinity, namespaces: ['kept'] };
    const ruleset = createRuleset(BUILT_IN, [], { ...DEFAULT_POLICY, exemptions: [exemption, forever] });
    metrics.rulesetInUse(ruleset, 5000);
    const request = podCreate({ a: 'nginx' });
    metrics.reviewed(request, reviewNow(request, ruleset), 0.001);
    const text = await metrics.registry.metrics();
    const value = (name: string) => metricValue(text, `imagegate_${name}`);
    expect(value('exempt_violations_total{rule="empty-tag",exemption="legacy",dry_run="false"}')).to.equal(1);
    expect(text).not.to.contain('imagegate_violations_total{');
    expect(value('exemption_expiry_timestamp_seconds{exemption="legacy"}')).to.equal(86_400);
    expect(text).not.to.contain('exemption="forever"');
    expect(value('ruleset_last_success_timestamp_seconds')).to.equal(5);
    expect(value('ruleset_loads_total{result="success"}')).to.equal(1);
    metrics.rulesetInUse(rulesetOf(), 6000);
    expect(await metrics.registry.metrics()).not.to.contain('exemption_expiry_timestamp_seconds{');
  });

  it('count what went wrong with rulesets', async () => {
    const metrics = createMetrics();
    metrics.rulesetRejected();
    const text = await metrics.registry.metrics();
    expect(metricValue(text, 'imagegate_ruleset_loads_total{result="failure"}')).to.equal(1);
    expect(metricValue(text, 'imagegate_ruleset_loads_total{result="success"}')).to.equal(0);
  });

  it('tell how custom rules are asked, and what that takes', async () => {
    const metrics = createMetrics();
    for (const steps of [100, 300, 200]) metrics.customRules.asked('mine', steps);
    metrics.customRules.remembered('mine');
    for (let look = 0; look < 2; look++) {
      // oxlint-disable-next-line no-await-in-loop -- a second look counts nothing twice
      const text = await metrics.registry.metrics();
      expect(metricValue(text, 'imagegate_custom_rule_checks_total{rule="mine",source="asked"}')).to.equal(3);
      expect(metricValue(text, 'imagegate_custom_rule_checks_total{rule="mine",source="remembered"}')).to.equal(1);
      expect(metricValue(text, 'imagegate_custom_rule_steps_total{rule="mine"}')).to.equal(600);
      expect(metricValue(text, 'imagegate_custom_rule_check_steps_max{rule="mine"}')).to.equal(300);
    }
  });

  it('are apart from those of another', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.refused(404);
    expect(metricValue(await one.registry.metrics(), 'imagegate_bad_requests_total{status="404"}')).to.equal(1);
    expect(metricValue(await other.registry.metrics(), 'imagegate_bad_requests_total{status="404"}')).to.equal(0);
  });
});
