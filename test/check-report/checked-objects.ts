import type { CheckCounts, CheckedObject } from '../../src/check-report/report.ts';
import { review } from '../../src/admission/review.ts';
import { admissionRequestOf } from '../../src/manifest/admission-request.ts';
import type { Mistake } from '../../src/mistake/mistake.ts';
import { exemptionOf } from '../exemption.ts';
import { rulesetUnder, settingsOf } from '../ruleset.ts';

const RULES = { 'blocked-tags': { action: 'warn' }, 'require-digest': { action: 'audit' } } as const;
const ruleset = rulesetUnder({
  contact: 'Ask #platform.',
  rules: settingsOf(RULES),
  exemptions: [exemptionOf({ name: 'bills', rules: ['empty-tag'] })],
});

/** An object with something of each level said about it, one that cannot be judged, and one that is fine. */
export function checkedObjects(): readonly CheckedObject[] {
  const containers = [
    { name: 'a', image: 'x<&"\u0007' },
    { name: 'b', image: 'gcr.io/b:latest' },
    { name: 'c', image: 'gcr.io/c' },
  ];
  return [containers, 'none', [{ name: 'd', image: `gcr.io/d:1@sha256:${'0'.repeat(64)}` }]].map((value, index) => {
    const metadata = { name: `p${index}`, namespace: 'shop' };
    const request = admissionRequestOf({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: value } }, {});
    const { kind, namespace, name } = request;
    return {
      ...kind,
      namespace,
      name,
      review: review(request, ruleset, { now: Date.parse('2026-11-29T14:00:00Z') }),
      where: (path) => ({ source: { name: 'k8s/a b.yaml', line: 7, column: path.length + 1 } }),
    };
  });
}

export const MISTAKE: Mistake = {
  code: 'manifest-invalid',
  source: { name: 'k8s/a b.yaml', line: 3, column: 2 },
  expected: 'YAML 1.2',
  found: '100% nonsense',
  remedy: 'Mend it.',
};

export const COUNTS = {
  allowed: 1,
  denied: 2,
  errored: 0,
  withoutPods: 4,
  exempt: 0,
  skipped: 6,
  unreadable: 1,
  rewrittenImages: 3,
};

/** Each another one. */
export const EACH_COUNT: CheckCounts = {
  allowed: 1,
  denied: 2,
  errored: 3,
  withoutPods: 4,
  exempt: 5,
  skipped: 6,
  unreadable: 7,
  rewrittenImages: 8,
};
