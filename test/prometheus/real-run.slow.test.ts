import { expect } from 'chai';
import { PANELS } from '../../scripts/monitoring/panels.ts';
import { skipWithout } from '../skip-without.ts';
import { ALERTS, ALERTS_FILE } from './alerts.ts';
import { askPrometheus, type PrometheusAnswer } from './ask-prometheus.ts';
import { buildPrometheus } from './build-prometheus.ts';
import { type RealRun, realRun, samplesOf } from './real-run.ts';
import { scrapeLoad } from './scrape-load.ts';

/** Metrics that nothing is made of, and why. What Node and the process have beside these is for who looks for it. */
const NOT_USED: Readonly<Record<string, string>> = {
  imagegate_review_duration_seconds_sum: 'an average hides what is slow',
  imagegate_review_duration_seconds_count: 'imagegate_reviews_total says by verdict what it says',
};
const OF_EVERY_PROGRAM = /^(?:nodejs|process)_/;

const QUERIES = PANELS.flatMap(({ title, queries }) =>
  Object.entries(queries).map(([legend, query]) => ({ title, legend, query })),
);

/** What Grafana fills in. */
const filled = (query: string): string => query.replaceAll('$__range', '1h').replaceAll('$__rate_interval', '5m');

describe('what Prometheus makes of a real run', () => {
  let program: string;
  let run: RealRun;
  let answer: PrometheusAnswer;
  let exposed: ReadonlySet<string>;

  before(async function () {
    this.timeout(10 * 60_000); // Go builds Prometheus' packages first, if it never has
    program = (await buildPrometheus()) ?? skipWithout('Go', this);
    run = await realRun();
    exposed = new Set([...samplesOf(run.scrapes[1]).keys()].map((series) => series.replace(/\{.*/, '')));
    const queries = QUERIES.map(({ query }) => filled(query));
    // Soon after the requests, within the time of a rate.
    answer = await askPrometheus(program, ALERTS_FILE, [{ load: scrapeLoad(run.scrapes), at: 12 * 60, queries }]);
  });

  for (const [index, { title, legend, query }] of QUERIES.entries()) {
    it(`gives data for ${title}: ${legend}`, () => {
      const { samples = [], error } = answer.cases[0]?.results[index] ?? {};
      expect(error).to.equal(undefined);
      expect(samples, query).to.not.deep.equal([]);
      // Each series has a name of its own in the legend.
      const names = samples.map(({ labels }) =>
        legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '?'),
      );
      expect(names.join()).to.not.contain('?');
      if (!isTable(title)) expect(new Set(names), query).to.have.property('size', names.length);
    });
  }

  it('counts each violation of both pods, the first of a series too, and by namespace', () => {
    const rows = (title: string) => {
      const index = QUERIES.findIndex((one) => one.title === title);
      return answer.cases[0]?.results[index]?.samples.map(({ labels, value }) => ({ ...labels, value: Number(value) }));
    };
    expect(rows('Denied in this time')).to.have.deep.members([
      { rule: 'empty-tag', namespace: 'shop', value: 2 },
      { rule: 'registry-allowlist', namespace: 'shop', value: 4 },
      { rule: 'registry-mirror', namespace: 'shop', value: 2 },
    ]);
    expect(rows('Exempt in this time')).to.deep.equal([{ rule: 'registry-allowlist', exemption: 'legacy', value: 2 }]);
    const digests = { rule: 'require-digest', action: 'audit' };
    expect(rows('Would have been denied in this time')).to.have.deep.members([
      { rule: 'blocked-tags', action: 'warn', namespace: 'shop', value: 2 },
      { ...digests, namespace: 'shop', value: 6 },
      { ...digests, namespace: 'legacy', value: 2 },
      { ...digests, namespace: 'default', value: 6 },
    ]);
  });

  it('has a place for what has no number, as the lag of an event loop of a busy machine', async () => {
    const load = scrapeLoad(['nodejs_eventloop_lag_mean_seconds Nan', 'nodejs_eventloop_lag_mean_seconds Nan']);
    const queries = ['count by (pod) (nodejs_eventloop_lag_mean_seconds)'];
    const { cases } = await askPrometheus(program, ALERTS_FILE, [{ load, at: 60, queries }]);
    expect(cases[0]?.results[0]?.samples?.map(({ value }) => Number(value))).to.deep.equal([1, 1]);
  });

  it('is the alerts that it gives cause for, and no other', () => {
    expect(answer.cases[0]?.alerts.map(({ name }) => name)).to.have.members([
      'ImageGateBadRequests',
      'ImageGateUnknownProfile',
    ]);
  });

  it('has every metric that a rule or a panel names, and each of the gate is used or listed as not used', () => {
    const expressions = [...ALERTS.map(({ expr }) => expr), ...QUERIES.map(({ query }) => query)];
    const named = new Set(expressions.flatMap((text) => text.match(/\b(?:imagegate|nodejs|process)_\w+/g) ?? []));
    expect([...named].filter((name) => !exposed.has(name))).to.deep.equal([]);
    const own = [...exposed].filter((name) => !OF_EVERY_PROGRAM.test(name));
    expect(own.length).to.be.above(15);
    expect(own.filter((name) => !named.has(name))).to.have.members(Object.keys(NOT_USED));
  });
});

const isTable = (title: string): boolean => PANELS.some((panel) => panel.title === title && panel.type === 'table');
