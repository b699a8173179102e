import { expect } from 'chai';
import { jsonReport } from '../../src/check-report/json-report.ts';
import { review } from '../../src/admission/review.ts';
import { admissionRequestOf } from '../../src/manifest/admission-request.ts';
import { rulesetUnder, settingsOf } from '../ruleset.ts';
import { COUNTS } from './checked-objects.ts';
import { written, writtenOfNothing } from './written.ts';

const MIRRORS = [{ registry: 'gcr.io', mirror: 'docker.io/gcr' }];
const POD = { file: 'k8s/a b.yaml', line: 7, column: 1 };
const object = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name });

describe('jsonReport', () => {
  it('has what is rewritten, whatever was found', () => {
    const rules = { 'registry-mirror': { action: 'rewrite', options: { mirrors: MIRRORS } } } as const;
    const spec = {
      containers: [
        { name: 'a', image: 'gcr.io/a' },
        { name: 'b', image: 'docker.io/b:1' },
      ],
    };
    const request = admissionRequestOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }, {});
    const reviewed = review(request, rulesetUnder({ rules: settingsOf(rules) }), { now: 0 });
    const where = (path: string) => ({ source: { name: 'x.yaml', line: path.length } });
    const text = jsonReport().checked({ ...request.kind, namespace: 'default', name: 'p', review: reviewed, where });
    const { findings, rewritten } = JSON.parse(text) as Readonly<Record<string, readonly object[]>>;
    const one = {
      image: 'docker.io/gcr/a',
      written: 'gcr.io/a',
      container: { name: 'a', type: 'container', fieldPath: 'spec.containers[0].image' },
      line: 24,
    };
    const rewrites = [{ rule: 'registry-mirror', mapping: 'gcr.io -> docker.io/gcr' }];
    expect(rewritten).to.deep.equal([{ ...one, rewrites }]);
    expect(findings).to.deep.equal([
      {
        ...one,
        level: 'deny',
        rule: 'empty-tag',
        message: 'a image has no tag! (gcr.io/a, rewritten to docker.io/gcr/a). Only images with tags are allowed.',
      },
    ]);
  });

  it('has the verdict on each object, with all that was found', () => {
    const { results, counts } = JSON.parse(written(jsonReport())) as Readonly<Record<string, readonly object[]>>;
    expect(counts).to.deep.equal(COUNTS);
    const [first, ...others] = results! as readonly [{ readonly findings: readonly object[] }, ...object[]];
    expect({ ...first, findings: first.findings.length }).to.deep.equal({
      verdict: 'denied',
      ...POD,
      object: object('p0'),
      message:
        'a image is not a valid reference! (x<&"\\u{7}). A reference has only ASCII characters, without blanks and control characters.\nPod shop/p0, by valid-reference.\nAsk #platform.',
      warnings: [
        'b image has a non-allowed tag! (gcr.io/b:latest). These tags "staging,latest" are prohibited. [imagegate: blocked-tags]',
      ],
      findings: 5,
    });
    expect(first.findings[3]).to.deep.equal({
      level: 'exempt',
      rule: 'empty-tag',
      exemption: 'bills',
      message: 'c image has no tag! (gcr.io/c). Only images with tags are allowed.',
      image: 'gcr.io/c',
      container: { name: 'c', type: 'container', fieldPath: 'spec.containers[2].image' },
      line: 7,
      column: 25,
    });
    expect(others).to.deep.equal([
      {
        verdict: 'denied',
        ...POD,
        object: object('p1'),
        message:
          'ImageGate cannot read the object, so it is denied: object.spec.containers must be a list, found a string.\nAsk #platform.',
        warnings: [],
        findings: [],
      },
      { verdict: 'allowed', ...POD, object: object('p2'), warnings: [], findings: [] },
      {
        verdict: 'unreadable',
        file: 'k8s/a b.yaml',
        line: 3,
        column: 2,
        message: 'k8s/a b.yaml:3:2: expected YAML 1.2, found 100% nonsense. Mend it. [manifest-invalid]',
      },
    ]);
  });

  it('is JSON where there is nothing to tell', () => {
    expect(JSON.parse(writtenOfNothing(jsonReport()))).to.deep.include({ results: [] });
  });
});
