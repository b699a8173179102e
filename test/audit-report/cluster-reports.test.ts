import { expect } from 'chai';
import type { Audit, OwnedFinding } from '../../src/audit-report/audited.ts';
import { type ClusterReport, clusterReports } from '../../src/audit-report/cluster-reports.ts';
import type { ReportApi } from '../../src/audit-report/report-apis.ts';
import { EACH_COUNT } from '../check-report/checked-objects.ts';

const NOW = Date.parse('2026-11-29T14:00:00.5Z');
const OWNER = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api', uid: 'u' };
const FINDING: OwnedFinding = {
  level: 'deny',
  rule: 'empty-tag',
  text: 'c image has no tag! (a\u0007).\nAsk us.',
  container: 'c',
  image: 'a\u0007',
  pods: 2,
  imageIds: Array.from({ length: 11 }, (_, index) => `a@${index}`),
};
const exemption = { name: 'old', reason: 'r', owner: 'team-a', expires: Date.parse('2027-01-01T00:00:00Z') };
const COUNTS = { ...EACH_COUNT, retired: 8, ended: 9 };
const auditOf = (...findings: readonly OwnedFinding[]): Audit => ({
  owners: [{ owner: OWNER, findings }],
  counts: COUNTS,
});

const labels = { 'imagegate/audit': '1795960800500' };
const OF_CLUSTER = {
  metadata: { name: 'imagegate-audit', labels },
  summary: { pass: 1, fail: 2, warn: 0, error: 10, skip: 5 },
  results: [],
};
const RESULT = {
  source: 'imagegate',
  policy: 'imagegate',
  rule: 'empty-tag',
  result: 'fail',
  scored: true,
  message: 'c image has no tag! (a\\u{7}). Ask us.',
  resources: [OWNER],
  timestamp: { seconds: 1795960800, nanos: 0 },
  properties: {
    action: 'deny',
    container: 'c',
    image: 'a\\u{7}',
    pods: '2',
    imageIDs: 'a@0 a@1 a@2 a@3 a@4 a@5 a@6 a@7 a@8 a@9',
  },
};

describe('clusterReports', () => {
  for (const [api, apiVersion, kinds] of [
    ['openreports', 'openreports.io/v1alpha1', ['Report', 'ClusterReport']],
    ['wgpolicyk8s', 'wgpolicyk8s.io/v1alpha2', ['PolicyReport', 'ClusterPolicyReport']],
  ] as const) {
    it(`writes a report of each namespace and one of the cluster, by ${api}`, () => {
      expect(clusterReports(auditOf(FINDING), { api, now: NOW })).to.deep.equal([
        { apiVersion, kind: kinds[1], ...OF_CLUSTER },
        {
          apiVersion,
          kind: kinds[0],
          metadata: { name: 'imagegate-audit', namespace: 'shop', labels },
          summary: { pass: 0, fail: 1, warn: 0, error: 0, skip: 0 },
          results: [RESULT],
        },
      ]);
    });
  }

  /** Those of the namespace. */
  const reportsOf = (audit: Audit, api: ReportApi = 'openreports'): readonly ClusterReport[] =>
    clusterReports(audit, { api, now: NOW, namespace: 'shop' });

  it('writes none of the cluster for one namespace alone, and none without findings', () => {
    expect(reportsOf(auditOf(FINDING)).map(({ kind }) => kind)).to.deep.equal(['Report']);
    expect(reportsOf({ owners: [], counts: COUNTS })).to.deep.equal([]);
    expect(clusterReports({ owners: [], counts: COUNTS }, { api: 'openreports', now: NOW })).to.have.lengthOf(1);
  });

  it('puts what is in no namespace into that of the cluster', () => {
    const audit = { owners: [{ owner: { ...OWNER, namespace: '' }, findings: [FINDING] }], counts: COUNTS };
    const [report, ...more] = clusterReports(audit, { api: 'openreports', now: NOW });
    expect(report).to.deep.include({ kind: 'ClusterReport', summary: OF_CLUSTER.summary });
    expect([report?.results.length, more]).to.deep.equal([1, []]);
  });

  it('tells what became of each finding', () => {
    const { container: _, image: __, ...whole } = { ...FINDING, rule: 'imagegate', imageIds: [], pods: 0 };
    const [report] = reportsOf(
      auditOf(
        { ...FINDING, level: 'warn' },
        { ...FINDING, level: 'audit' },
        { ...FINDING, level: 'exempt', exemption },
        whole,
      ),
    );
    expect(report?.summary).to.deep.equal({ pass: 0, fail: 0, warn: 2, error: 1, skip: 1 });
    const told = report!.results.map(({ result, scored, properties }) => [result, scored, properties]);
    const { properties } = RESULT;
    expect(told).to.deep.equal([
      ['warn', false, { ...properties, action: 'warn' }],
      ['warn', false, { ...properties, action: 'audit' }],
      ['skip', false, { ...properties, action: 'exempt', exemption: 'old, kept by team-a until 2026-12-31' }],
      ['error', true, { action: 'deny', pods: '0' }],
    ]);
  });

  for (const [what, finding, count, sizes] of [
    ['1,000 results', FINDING, 2001, [1000, 1000, 1]],
    ['what etcd takes', { ...FINDING, text: 'é'.repeat(4096), imageIds: ['x'.repeat(9999)] }, 250, [108, 108, 34]],
  ] as const) {
    it(`numbers parts that are not larger than ${what}`, () => {
      const reports = reportsOf(auditOf(...Array.from({ length: count }, () => finding)));
      expect(reports.map(({ results }) => results.length)).to.deep.equal(sizes);
      expect(reports.map(({ summary }) => summary.fail)).to.deep.equal(sizes);
      expect(reports.map(({ metadata }) => metadata.name)).to.deep.equal([
        'imagegate-audit',
        'imagegate-audit-2',
        'imagegate-audit-3',
      ]);
      for (const report of reports) expect(Buffer.byteLength(JSON.stringify(report))).to.be.below(1024 * 1024);
    });
  }
});
