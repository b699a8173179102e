import { expect } from 'chai';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { skipWithout } from '../skip-without.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { askPrometheus, type PrometheusAnswer, seriesLine } from './ask-prometheus.ts';
import { ALERTS, ALERTS_FILE } from './alerts.ts';
import { buildPrometheus } from './build-prometheus.ts';

const DAY = 24 * 3600;

/** Two pods of the gate at which nothing is wrong, a sample a minute for two hours, but for what a case has. */
const FINE: Readonly<Record<string, number>> = {
  'imagegate_reviews_total{verdict="errored"}': 0,
  'imagegate_reviews_total{verdict="denied"}': 7,
  'imagegate_rule_errors_total{rule="mine"}': 0,
  'imagegate_bad_requests_total{status="429"}': 0,
  'imagegate_bad_requests_total{status="404"}': 0,
  'imagegate_ruleset_loads_total{result="failure"}': 0,
  'imagegate_ruleset_loads_total{result="success"}': 1,
  'imagegate_mutations_total{outcome="errored"}': 0,
  'imagegate_violations_total{rule="empty-tag",action="deny",dry_run="false"}': 3,
  'imagegate_violations_total{rule="registry-mirror",action="deny",dry_run="false"}': 3,
  'imagegate_violations_total{rule="registry-mirror",action="warn",dry_run="false"}': 3,
  'imagegate_rewritten_images_total{rule="registry-mirror"}': 5,
  imagegate_unknown_profiles_total: 0,
  'imagegate_exemption_expiry_timestamp_seconds{exemption="old"}': DAY * 15,
  'imagegate_exemption_expiry_timestamp_seconds{exemption="ended"}': 60,
  imagegate_certificate_reload_errors_total: 0,
  imagegate_certificate_expiry_timestamp_seconds: DAY * 31,
};
const PODS = ['a', 'b'];

/** What happens after an hour at one pod, and after so many minutes more, what fires, and what its description says. */
type Row = readonly [
  what: string,
  change: Readonly<Record<string, number | '_' | 'more'>>,
  minutes: number,
  alert?: string,
  description?: string,
];

const ROWS: readonly Row[] = [
  ['nothing', {}, 5],
  ['more denials', { 'imagegate_reviews_total{verdict="denied"}': 'more' }, 5],
  [
    'an errored review',
    { 'imagegate_reviews_total{verdict="errored"}': 1 },
    2,
    'ImageGateReviewsErrored',
    'verdict errored',
  ],
  ['an errored review of long ago', { 'imagegate_reviews_total{verdict="errored"}': 1 }, 15],
  ['a failing rule', { 'imagegate_rule_errors_total{rule="mine"}': 1 }, 2, 'ImageGateRuleErrors', 'the rule mine, or'],
  [
    'an errored mutation',
    { 'imagegate_mutations_total{outcome="errored"}': 1 },
    2,
    'ImageGateMutationsErrored',
    'line about a mutation',
  ],
  ['more that is rewritten', { 'imagegate_rewritten_images_total{rule="registry-mirror"}': 'more' }, 5],
  [
    'more that another rule denies',
    { 'imagegate_violations_total{rule="empty-tag",action="deny",dry_run="false"}': 'more' },
    5,
  ],
  [
    'more that a rule would deny',
    { 'imagegate_violations_total{rule="registry-mirror",action="warn",dry_run="false"}': 'more' },
    5,
  ],
  [
    'what is not rewritten',
    { 'imagegate_violations_total{rule="registry-mirror",action="deny",dry_run="false"}': 4 },
    2,
    'ImageGateNotRewritten',
    'for what registry-mirror denies',
  ],
  [
    'what was not rewritten long ago',
    { 'imagegate_violations_total{rule="registry-mirror",action="deny",dry_run="false"}': 4 },
    15,
  ],
  [
    'load, for minutes',
    { 'imagegate_bad_requests_total{status="429"}': 'more' },
    15,
    'ImageGateOverloaded',
    '1 requests a',
  ],
  ['load, for a moment', { 'imagegate_bad_requests_total{status="429"}': 9 }, 12],
  ['a stranger', { 'imagegate_bad_requests_total{status="404"}': 1 }, 2, 'ImageGateBadRequests', 'the status 404'],
  [
    'a bad policy',
    { 'imagegate_ruleset_loads_total{result="failure"}': 1 },
    50,
    'ImageGatePolicyRejected',
    'log of a has',
  ],
  ['a good policy', { 'imagegate_ruleset_loads_total{result="success"}': 2 }, 5],
  ['a lost profile', { imagegate_unknown_profiles_total: 1 }, 2, 'ImageGateUnknownProfile', 'Correct the label'],
  [
    'an exemption that ends',
    { 'imagegate_exemption_expiry_timestamp_seconds{exemption="old"}': DAY * 14 },
    5,
    'ImageGateExemptionEnds',
    'owner of old, which ends in 13d 22h 55m 0s',
  ],
  [
    'a bad certificate',
    { imagegate_certificate_reload_errors_total: 1 },
    50,
    'ImageGateCertificateRejected',
    'log of a has',
  ],
  [
    'a certificate that expires',
    { imagegate_certificate_expiry_timestamp_seconds: DAY * 30 },
    5,
    'ImageGateCertificateExpires',
    'expires in 29d 22h 55m 0s',
  ],
  [
    'a pod that is gone',
    { imagegate_certificate_expiry_timestamp_seconds: '_' },
    30,
    'ImageGateTooFewPods',
    'reaches 1.',
  ],
  ['a pod that is replaced', { imagegate_certificate_expiry_timestamp_seconds: '_' }, 12],
];

/** Adds a label to a series. */
const of = (pod: string, series: string): string =>
  series.includes('{') ? series.replace('}', `,pod="${pod}"}`) : `${series}{pod="${pod}"}`;

function load(change: Row[1]): string {
  const lines = PODS.flatMap((pod) =>
    Object.entries(FINE).map(([series, value]) => {
      const then = pod === 'a' ? (change[series] ?? value) : value;
      if (then === 'more') return `  ${of(pod, series)} ${value}x59 ${value + 60}+60x59`;
      return seriesLine(of(pod, series), [value, 60], [then, 60]);
    }),
  );
  return ['load 1m', ...lines].join('\n');
}

describe('the alerts of deploy/monitoring', () => {
  let program: string;
  let answer: PrometheusAnswer;
  const folder = temporaryFolder();

  before(async function () {
    this.timeout(10 * 60_000); // Go builds Prometheus' packages first, if it never has
    program = (await buildPrometheus()) ?? skipWithout('Go', this);
    const cases = ROWS.map(([, change, minutes]) => ({ load: load(change), at: (60 + minutes) * 60, queries: [] }));
    answer = await askPrometheus(program, ALERTS_FILE, cases);
  });

  it('are as Prometheus reads them', () => {
    expect(answer.mistakes).to.deep.equal([]);
  });

  for (const [index, [what, , minutes, name, description = '']] of ROWS.entries()) {
    it(`say ${name ?? 'nothing'} of ${what}, ${minutes} minutes later`, () => {
      const { alerts = [] } = answer.cases[index] ?? {};
      expect(alerts.map((alert) => alert.name)).to.deep.equal(name === undefined ? [] : [name]);
      for (const { annotations } of alerts) expect(annotations['description']).to.contain(description);
    });
  }

  it('have a row each', () => {
    expect(new Set(ROWS.flatMap(([, , , name]) => name ?? []))).to.deep.equal(
      new Set(ALERTS.map(({ alert }) => alert)),
    );
  });

  it('say that Prometheus reaches no pod at all', async () => {
    const { cases } = await askPrometheus(program, ALERTS_FILE, [{ load: 'load 1m\n', at: 3600, queries: [] }]);
    expect(cases[0]?.alerts.map(({ name }) => name)).to.deep.equal(['ImageGateTooFewPods']);
  });

  for (const [what, rule, mistake] of [
    ['an expression that is none', 'alert: A\n        expr: sum(', 'unclosed left parenthesis'],
    ['an unknown field', 'alert: A\n        expr: up\n        forr: 1m', 'field forr not found'],
    [
      'a template that cannot be read',
      'alert: A\n        expr: up\n        labels: { a: "{{ $x }}" }',
      'undefined variable',
    ],
  ] as const) {
    it(`would be refused with ${what}`, async () => {
      const path = join(folder.path, 'rules.yaml');
      await writeFile(path, `groups:\n  - name: a\n    rules:\n      - ${rule}\n`);
      const { mistakes } = await askPrometheus(program, path, []);
      expect(mistakes.join('\n')).to.contain(mistake);
    });
  }

  const objects = ['pod-monitor.yaml', 'prometheus-rule.yaml'].map((name) => join(dirname(ALERTS_FILE), name));

  it('and the monitor are objects that the Prometheus operator knows', async () => {
    expect((await askPrometheus(program, ALERTS_FILE, [], objects)).mistakes).to.deep.equal([]);
  });

  it('and the monitor would be refused with a field that it does not know', async () => {
    const misspelt = join(folder.path, 'pod-monitor.yaml');
    await writeFile(misspelt, (await readFile(objects[0]!, 'utf8')).replace('honorLabels', 'honourLabels'));
    const { mistakes } = await askPrometheus(program, ALERTS_FILE, [], [misspelt]);
    expect(mistakes.join()).to.contain('unknown field "honourLabels"');
  });
});
