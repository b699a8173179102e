import { expect } from 'chai';
import { NO_COUNTS, type ReportOptions } from '../../src/check-report/report.ts';
import { sarifReport } from '../../src/check-report/sarif-report.ts';
import { BUILT_IN } from '../ruleset.ts';
import { draft, isSarif } from './sarif-schema.ts';
import { written, writtenOfNothing } from './written.ts';

const OPTIONS: ReportOptions = { colors: false, version: '1.2.3', rules: BUILT_IN.map(({ meta }) => meta) };

const sarif = (text: string) => {
  const log: unknown = JSON.parse(text);
  isSarif(log);
  expect(isSarif.errors).to.equal(null);
  return (log as { readonly runs: readonly [Run] }).runs[0];
};

interface Run {
  readonly results: readonly Readonly<Record<string, unknown>>[];
  readonly invocations: unknown;
  readonly tool: { readonly driver: { readonly version: string; readonly rules: readonly { readonly id: string }[] } };
}

const at = (startLine: number, startColumn: number) => ({
  artifactLocation: { uri: 'k8s/a%20b.yaml' },
  region: { startLine, startColumn },
});

describe('sarifReport', () => {
  it('is held against the published schema of SARIF 2.1.0', () => {
    expect(draft).to.equal('http://json-schema.org/draft-04/schema#');
    expect(isSarif({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } } }] })).to.equal(true);
    for (const wrong of [{ level: 'bad' }, { message: {} }, { suppressions: [{ kind: 'x' }] }])
      expect(
        isSarif({
          version: '2.1.0',
          runs: [{ tool: { driver: { name: 'x' } }, results: [{ message: { text: 'x' }, ...wrong }] }],
        }),
      ).to.equal(false);
  });

  it('has a result for each remark', () => {
    const { results, invocations } = sarif(written(sarifReport(OPTIONS)));
    expect(results.map(({ ruleId, level }) => [ruleId, level])).to.deep.equal([
      ['valid-reference', 'error'],
      ['blocked-tags', 'warning'],
      ['require-digest', 'note'],
      ['empty-tag', 'note'],
      ['require-digest', 'note'],
      ['imagegate', 'error'],
      ['manifest-invalid', 'error'],
    ]);
    expect(results[3]).to.deep.equal({
      ruleId: 'empty-tag',
      level: 'note',
      message: { text: 'c image has no tag! (gcr.io/c). Only images with tags are allowed.' },
      locations: [{ physicalLocation: at(7, 25), logicalLocations: [{ name: 'Pod shop/p0', kind: 'object' }] }],
      suppressions: [{ kind: 'external', justification: 'It was there before.' }],
    });
    expect(results[6]).to.deep.include({ locations: [{ physicalLocation: at(3, 2) }] });
    expect(invocations).to.deep.equal([{ executionSuccessful: false }]);
  });

  it('is written where there is nothing to tell, with all that could be', () => {
    const { results, invocations, tool } = sarif(writtenOfNothing(sarifReport(OPTIONS)));
    expect([results, invocations]).to.deep.equal([[], [{ executionSuccessful: true }]]);
    expect(tool.driver.version).to.equal('1.2.3');
    expect(tool.driver.rules.map(({ id }) => id)).to.include.members([
      'empty-tag',
      'valid-reference',
      'imagegate',
      'manifest-invalid',
    ]);
  });

  for (const [name, uri] of [
    ['/a/b.yaml', 'file:///a/b.yaml'],
    ['a\\b.yaml', 'a/b.yaml'],
    ['ä #?.yaml', '%C3%A4%20%23%3F.yaml'],
  ] as const) {
    it(`names the file ${name} by ${uri}`, () => {
      const report = sarifReport(OPTIONS);
      const mistake = { code: 'manifest-invalid', source: { name }, expected: 'x', found: 'y', remedy: 'Z.' } as const;
      const counts = { ...NO_COUNTS, errored: 1 };
      const { results, invocations } = sarif(report.begin() + report.unreadable(mistake) + report.end(counts));
      expect(results[0]!['locations']).to.deep.equal([{ physicalLocation: { artifactLocation: { uri } } }]);
      expect(invocations).to.deep.equal([{ executionSuccessful: false }]);
    });
  }
});
