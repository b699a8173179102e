import { expect } from 'chai';
import { Rehearsal } from '../../../src/cli/rehearsal/rehearsal.ts';
import { rehearsalText } from '../../../src/cli/rehearsal/rehearsal-text.ts';

type Line = Readonly<Record<string, unknown>>;

const review = (fields: Line): Line => ({
  level: 'info',
  time: '2026-11-02T00:00:00.000Z',
  verdict: 'allowed',
  kind: 'Pod',
  namespace: 'shop',
  name: 'api',
  msg: 'review',
  ...fields,
});
const reported = (...lines: readonly (Line | string)[]) => {
  const rehearsal = new Rehearsal();
  for (const line of lines) rehearsal.add(typeof line === 'string' ? line : JSON.stringify(line));
  return rehearsal.report();
};

describe('a rehearsal', () => {
  it('tells by rule what would have been denied, in which namespaces, of whom and since when', () => {
    const lines = [
      review({ warned: ['blocked-tags'], audited: ['require-digest'], time: '2026-11-03T00:00:00.000Z' }),
      review({ warned: ['blocked-tags'], owner: 'Job/nightly-28000001', time: '2026-11-01T00:00:00.000Z' }),
      review({ warned: ['blocked-tags'], owner: 'Job/nightly-28000002', time: '2026-11-04T00:00:00.000Z' }),
      review({ warned: ['blocked-tags'], owner: 'ReplicaSet/web-6cb5b7df55', namespace: 'lab' }),
      review({ rules: ['empty-tag'], verdict: 'denied', time: '2026-10-01T00:00:00.000Z' }),
    ];
    const report = reported(...lines);
    expect(report).to.deep.equal({
      requests: 5,
      from: '2026-10-01T00:00:00.000Z',
      to: '2026-11-04T00:00:00.000Z',
      suppressed: 0,
      rules: [
        {
          rule: 'blocked-tags',
          actions: ['warn'],
          requests: 4,
          since: '2026-11-01T00:00:00.000Z',
          last: '2026-11-04T00:00:00.000Z',
          namespaces: [
            { namespace: 'shop', owners: { 'CronJob/nightly': 2, 'Pod/api': 1 } },
            { namespace: 'lab', owners: { 'Deployment/web': 1 } },
          ],
        },
        {
          rule: 'require-digest',
          actions: ['audit'],
          requests: 1,
          since: '2026-11-03T00:00:00.000Z',
          last: '2026-11-03T00:00:00.000Z',
          namespaces: [{ namespace: 'shop', owners: { 'Pod/api': 1 } }],
        },
      ],
    });
    expect(rehearsalText(report)).to
      .equal(`blocked-tags (warn) would have denied 4 requests since 2026-11-01T00:00:00.000Z, the last at 2026-11-04T00:00:00.000Z:
  shop: CronJob/nightly (2), Pod/api (1)
  lab: Deployment/web (1)
require-digest (audit) would have denied 1 request since 2026-11-03T00:00:00.000Z, the last at 2026-11-03T00:00:00.000Z:
  shop: Pod/api (1)

The logs tell of 5 requests, from 2026-10-01T00:00:00.000Z to 2026-11-04T00:00:00.000Z.
`);
  });

  const OWNERS: Readonly<Record<string, Line>> = {
    'Deployment/web': { owner: 'ReplicaSet/web-6cb5b7df55' },
    'ReplicaSet/web': { owner: 'ReplicaSet/web' },
    'ReplicaSet/web-database': { owner: 'ReplicaSet/web-database' },
    'CronJob/nightly': { owner: 'Job/nightly-28000001' },
    'Job/nightly-1': { owner: 'Job/nightly-1' },
    'StatefulSet/db': { kind: 'StatefulSet', name: 'db' },
    'Pod/web-*': { name: undefined, generateName: 'web-' },
  };
  for (const [owner, line] of Object.entries(OWNERS)) {
    it(`is told of ${owner} by ${JSON.stringify(line)}`, () => {
      const [rule] = reported(review({ audited: ['x'], ...line })).rules;
      expect(rule?.namespaces).to.deep.equal([{ namespace: 'shop', owners: { [owner]: 1 } }]);
    });
  }

  const NOTHING: Readonly<Record<string, Line | string>> = {
    'a dry run': review({ warned: ['x'], dryRun: true }),
    'a line of another program': '{"msg":"hello","warned":["x"]}',
    text: '2026-11-01: review',
    'half a line': '{"msg":"review","warned":["x"]',
    'a list': '[{"msg":"review"}]',
  };
  for (const [what, line] of Object.entries(NOTHING)) {
    it(`does not count ${what}`, () => {
      const report = reported(line);
      expect(report).to.deep.equal({ requests: 0, suppressed: 0, rules: [] });
      expect(rehearsalText(report)).to.equal('The logs tell of no request: nothing was rehearsed.\n');
    });
  }

  it('tells rules that would have denied nothing, by the newest policy', () => {
    const report = reported(
      { time: '2', msg: 'Ruleset reloaded.', rules: [], warned: ['quiet', 'loud'] },
      { time: '1', msg: 'Listening.', audited: ['older'] },
      `[pod/gate-a/imagegate-webhook] ${JSON.stringify(review({ warned: ['loud'] }))}`,
    );
    expect(report.rules.map(({ rule, requests }) => [rule, requests])).to.deep.equal([
      ['loud', 1],
      ['quiet', 0],
    ]);
    expect(rehearsalText(report)).to.include('\nquiet (warn) would have denied nothing.\n');
  });

  it('says how many lines are missing', () => {
    const msg = 'Log lines about reviews were suppressed; imagegate_reviews_total counts all.';
    const other = { msg: 'Log lines about refused requests were suppressed; x counts all.', suppressed: 1 };
    const report = reported(review({}), { msg, suppressed: 7 }, { msg, suppressed: 5 }, other);
    expect(report.suppressed).to.equal(12);
    expect(rehearsalText(report)).to.match(/\. 12 more were left out of them, so there may be more\.\n$/);
  });

  it('tells no more than 10,000 owners apart, and counts all', () => {
    const lines = Array.from({ length: 10_020 }, (_, index) => review({ warned: ['x'], name: `p${index}` }));
    const [rule] = reported(...lines, review({ warned: ['y'] })).rules;
    const others = rule?.namespaces.find(({ namespace }) => namespace === '');
    expect(rule?.requests).to.equal(10_020);
    expect(others).to.deep.equal({ namespace: '', owners: { others: 20 } });
  });

  it('prints what strangers wrote so that it forges nothing', () => {
    const text = rehearsalText(reported(review({ warned: ['x'], name: '\u001B[2J\n', namespace: 'a\nb' })));
    expect(text).to.include(String.raw`  a\u{A}b: Pod/\u{1B}[2J\u{A} (1)`);
  });
});
