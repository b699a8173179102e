import { expect } from 'chai';
import { jsonReport } from '../../src/check-report/json-report.ts';
import { COUNTS } from './checked-objects.ts';
import { written, writtenOfNothing } from './written.ts';

const POD = { file: 'k8s/a b.yaml', line: 7, column: 1 };
const object = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name });

describe('jsonReport', () => {
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
