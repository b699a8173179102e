import { expect } from 'chai';
import { Registry } from 'prom-client';
import { createFindingMetrics, MAX_NAMESPACES } from '../../../src/gate/telemetry/finding-metrics.ts';
import { podCreate } from '../../admission-request.ts';
import { reviewNow } from '../../review-now.ts';
import { rulesetOf } from '../../ruleset.ts';

const [VIOLATED, CLEAN] = ['nginx:latest', 'gcr.io/x:1'].map((image) =>
  reviewNow(podCreate({ a: image }), rulesetOf()),
);

describe('the counts of violations', () => {
  it('are by namespace for the first 200 that have some; all others are other', async () => {
    const registry = new Registry();
    const { found } = createFindingMetrics(registry);
    const impossible = ['', 'Upper', 'a'.repeat(64), '-a', 'a-', 'a.b', 'a\n', undefined];
    for (const namespace of impossible) found(VIOLATED!, namespace, 'false');
    for (let number = 0; number < 300; number += 1) found(CLEAN!, `clean-${number}`, 'false');
    const names = Array.from({ length: 1000 }, (_, number) => `n${number}`.padEnd(63, 'x'));
    for (const namespace of [...names, ...names]) found(VIOLATED!, namespace, 'false');
    const text = await registry.metrics();
    const counts = [
      ...text.matchAll(/^imagegate_violations_total\{rule="blocked-tags".*namespace="(.*)",.*\} (\d+)$/gm),
    ];
    expect(Object.fromEntries(counts.map(([, namespace, count]) => [namespace, Number(count)]))).to.deep.equal({
      ...Object.fromEntries(names.slice(0, MAX_NAMESPACES).map((namespace) => [namespace, 2])),
      other: (1000 - MAX_NAMESPACES) * 2 + impossible.length,
    });
  });
});
