/** What one panel of the dashboard shows. */
export interface Panel {
  readonly title: string;
  /** What it means, shown at the panel's title. */
  readonly description: string;
  readonly type: 'timeseries' | 'stat' | 'table';
  /** In Grafana's words: `s` for seconds, `short` for a count. */
  readonly unit: string;
  /** Width, of 24 columns, and height. */
  readonly size: readonly [number, number];
  /** By what the legend calls their series. */
  readonly queries: Readonly<Record<string, string>>;
}

/**
 * How much a counter went up, a number for each of its series. `increase` would miss the event that a series begins with,
 * as those of violations do, and make fractions of the others. A container that restarts in that time counts too little;
 * a new pod has series of its own.
 *
 * @param over a time that Grafana fills in
 */
function events(series: string, over: string): string {
  const most = `max_over_time(${series}[${over}])`;
  return `(${most} - (${series} offset ${over} or 0 * ${most}))`;
}

const violations = (actions: string): string => `imagegate_violations_total{action=~"${actions}",dry_run="false"}`;
const quantile = (share: number): string =>
  `histogram_quantile(${share}, sum by (le) (rate(imagegate_review_duration_seconds_bucket[$__rate_interval])))`;
const rateBy = (label: string, series: string): string => `sum by (${label}) (rate(${series}[$__rate_interval]))`;

/** What every program counts, of the pods of the gate alone. */
const ofTheGate = (series: string): string =>
  `${series} and on (instance) imagegate_ruleset_last_success_timestamp_seconds`;

const FOURTH = [6, 4] as const;
const THIRD = [8, 8] as const;
const HALF = [12, 8] as const;

/** The dashboard, from left to right and from above. */
export const PANELS: readonly Panel[] = [
  {
    title: 'Pods',
    description: 'Pods of the gate that Prometheus reaches. With one alone, its end stops all new pods.',
    type: 'stat',
    unit: 'short',
    size: FOURTH,
    queries: { pods: 'count(imagegate_certificate_expiry_timestamp_seconds)' },
  },
  {
    title: 'Certificate expires in',
    description: 'The time until the first certificate in use expires.',
    type: 'stat',
    unit: 's',
    size: FOURTH,
    queries: { 'expires in': 'min(imagegate_certificate_expiry_timestamp_seconds) - time()' },
  },
  {
    title: 'Policy in force since',
    description: 'The age of the ruleset in use. Where the two differ for long, a pod has rejected what others use.',
    type: 'stat',
    unit: 's',
    size: FOURTH,
    queries: {
      newest: 'time() - max(imagegate_ruleset_last_success_timestamp_seconds)',
      oldest: 'time() - min(imagegate_ruleset_last_success_timestamp_seconds)',
    },
  },
  {
    title: 'Failures in this time',
    description: 'What should be 0: reviews at which the gate failed, rules that failed, changes that were rejected.',
    type: 'stat',
    unit: 'short',
    size: FOURTH,
    queries: {
      reviews: 'sum(increase(imagegate_reviews_total{verdict="errored"}[$__range]))',
      rules: 'sum(increase(imagegate_rule_errors_total[$__range]))',
      policies: 'sum(increase(imagegate_ruleset_loads_total{result="failure"}[$__range]))',
      certificates: 'sum(increase(imagegate_certificate_reload_errors_total[$__range]))',
    },
  },
  {
    title: 'Reviews by verdict',
    description: 'Reviews a second, dry runs left out.',
    type: 'timeseries',
    unit: 'reqps',
    size: HALF,
    queries: { '{{verdict}}': rateBy('verdict', 'imagegate_reviews_total{dry_run="false"}') },
  },
  {
    title: 'Latency',
    description: 'From the head of a request to its verdict. The API server waits for timeoutSeconds, 5 s.',
    type: 'timeseries',
    unit: 's',
    size: HALF,
    queries: { 'half within': quantile(0.5), '95% within': quantile(0.95), '99% within': quantile(0.99) },
  },
  {
    title: 'Violations by rule',
    description:
      'In the minutes up to each point, by what followed: deny, warn or audit. Dry runs and what is exempt are left out.',
    type: 'timeseries',
    unit: 'short',
    size: HALF,
    queries: { '{{rule}}: {{action}}': `sum by (rule, action) ${events(violations('.*'), '$__rate_interval')}` },
  },
  {
    title: 'Denied, by namespace',
    description:
      'Violations that denied, in the minutes up to each point. Past 200 namespaces, later ones are called other.',
    type: 'timeseries',
    unit: 'short',
    size: HALF,
    queries: { '{{namespace}}': `sum by (namespace) ${events(violations('deny'), '$__rate_interval')}` },
  },
  {
    title: 'Rewritten images',
    description: 'Images a second that the mutating webhook rewrote, by mapping, dry runs left out.',
    type: 'timeseries',
    unit: 'cps',
    size: HALF,
    queries: { '{{mapping}}': rateBy('mapping', 'imagegate_rewritten_images_total{dry_run="false"}') },
  },
  {
    title: 'Mutations, and what was not rewritten',
    description:
      'Pods at the mutating webhook by outcome, in the minutes up to each point; and violations by which a rule that rewrites denied.',
    type: 'timeseries',
    unit: 'short',
    size: HALF,
    queries: {
      '{{outcome}}': 'sum by (outcome) (increase(imagegate_mutations_total{dry_run="false"}[$__rate_interval]))',
      'denied by {{rule}}': `sum by (rule) ${events(violations('deny'), '$__rate_interval')} and on (rule) sum by (rule) (max_over_time(imagegate_rewritten_images_total[1d]))`,
    },
  },
  {
    title: 'Denied in this time',
    description: 'Violations that denied, by rule and namespace. Past 200 namespaces, later ones are called other.',
    type: 'table',
    unit: 'short',
    size: THIRD,
    queries: { denied: `sum by (rule, namespace) ${events(violations('deny'), '$__range')} > 0` },
  },
  {
    title: 'Would have been denied in this time',
    description: 'Violations of rules that warn or audit. Where there are none, the rule can be enforced.',
    type: 'table',
    unit: 'short',
    size: THIRD,
    queries: {
      'would be denied': `sum by (rule, namespace, action) ${events(violations('warn|audit'), '$__range')} > 0`,
    },
  },
  {
    title: 'Exempt in this time',
    description: 'Violations from which nothing followed. An exemption that is not listed was not needed.',
    type: 'table',
    unit: 'short',
    size: THIRD,
    queries: {
      exempt: `sum by (exemption, rule) ${events('imagegate_exempt_violations_total{dry_run="false"}', '$__range')} > 0`,
    },
  },
  {
    title: 'Exemptions end in',
    description: 'The time until each exemption ends. One that has ended covers nothing; one for ever is not listed.',
    type: 'table',
    unit: 's',
    size: THIRD,
    queries: { 'ends in': 'min by (exemption) (imagegate_exemption_expiry_timestamp_seconds) - time()' },
  },
  {
    title: 'Rulesets loaded and rejected',
    description: 'Each pod loads each change; success is also the load at its start.',
    type: 'timeseries',
    unit: 'short',
    size: THIRD,
    queries: { '{{result}}': 'sum by (result) (increase(imagegate_ruleset_loads_total[$__rate_interval]))' },
  },
  {
    title: 'Not judged, or not as meant',
    description: 'Requests without a verdict, by status, and reviews of kinds and profiles that are not known.',
    type: 'timeseries',
    unit: 'reqps',
    size: THIRD,
    queries: {
      '{{status}}': rateBy('status', 'imagegate_bad_requests_total'),
      'unknown kind': 'sum(rate(imagegate_unknown_kinds_total[$__rate_interval]))',
      'unknown profile': 'sum(rate(imagegate_unknown_profiles_total[$__rate_interval]))',
    },
  },
  {
    title: 'Checks by custom rules',
    description: 'Images a second that a rule of your own was asked about, or whose verdict was remembered.',
    type: 'timeseries',
    unit: 'cps',
    size: THIRD,
    queries: { '{{rule}}: {{source}}': rateBy('rule, source', 'imagegate_custom_rule_checks_total') },
  },
  {
    title: 'Steps of custom rules',
    description: 'The most steps of one check; a rule fails at 100,000. And the steps of a check on average.',
    type: 'timeseries',
    unit: 'short',
    size: THIRD,
    queries: {
      '{{rule}}: most': 'max by (rule) (imagegate_custom_rule_check_steps_max)',
      '{{rule}}: average':
        'sum by (rule) (imagegate_custom_rule_steps_total) / sum by (rule) (imagegate_custom_rule_checks_total{source="asked"})',
    },
  },
  {
    title: 'Who asks',
    description: 'Requests by whether they had the credentials of the API server; 0 where none are set.',
    type: 'timeseries',
    unit: 'reqps',
    size: THIRD,
    queries: { '{{identity}}': rateBy('identity', 'imagegate_client_identity_total') },
  },
  {
    title: 'Memory',
    description: 'Of the 1 GiB that deploy/ allows a pod.',
    type: 'timeseries',
    unit: 'bytes',
    size: THIRD,
    queries: { '{{pod}}': ofTheGate('process_resident_memory_bytes') },
  },
  {
    title: 'Processor',
    description: 'Cores in use; the gate judges in one thread.',
    type: 'timeseries',
    unit: 'short',
    size: THIRD,
    queries: { '{{pod}}': ofTheGate('rate(process_cpu_seconds_total[$__rate_interval])') },
  },
  {
    title: 'Event loop delay',
    description: "The longest 1% of the waits of a request for the gate's thread.",
    type: 'timeseries',
    unit: 's',
    size: THIRD,
    queries: { '{{pod}}': ofTheGate('nodejs_eventloop_lag_p99_seconds') },
  },
];
