import { expect } from 'chai';
import { NO_COUNTS } from '../../src/check-report/report.ts';
import { countsText, textReport } from '../../src/check-report/text-report.ts';
import { checkedObjects, EACH_COUNT } from './checked-objects.ts';
import { written } from './written.ts';

const SAID = String.raw`k8s/a b.yaml:7:25: Pod shop/p0: denied: a image is not a valid reference! (x<&"\u{7}). A reference has only ASCII characters, without blanks and control characters. [valid-reference]
k8s/a b.yaml:7:25: Pod shop/p0: warning: b image has a non-allowed tag! (gcr.io/b:latest). These tags "staging,latest" are prohibited. [blocked-tags]
k8s/a b.yaml:7:25: Pod shop/p0: audit: b image has no digest! (gcr.io/b:latest). Only images with digests are allowed. [require-digest]
k8s/a b.yaml:7:25: Pod shop/p0: exempt by bills: c image has no tag! (gcr.io/c). Only images with tags are allowed. [empty-tag]
k8s/a b.yaml:7:25: Pod shop/p0: audit: c image has no digest! (gcr.io/c). Only images with digests are allowed. [require-digest]
k8s/a b.yaml:7:1: Pod shop/p1: denied: ImageGate cannot read the object, so it is denied: object.spec.containers must be a list, found a string.
  Ask #platform. [imagegate]
k8s/a b.yaml:3:2: expected YAML 1.2, found 100% nonsense. Mend it. [manifest-invalid]
2 denied, 1 unreadable, 1 allowed, 4 of kinds without pods, 6 skipped, as they are no Kubernetes objects. 3 images are rewritten by the policy.
`;

const OPTIONS = { version: '1.2.3', rules: [] };

describe('textReport', () => {
  it('says each remark where its image stands', () => {
    expect(written(textReport({ ...OPTIONS, colors: false }))).to.equal(SAID);
  });

  it('has the colours of a terminal', () => {
    const red = (text: string): string => `\u001B[31m${text}\u001B[39m`;
    const [, denied = ''] = checkedObjects().map(textReport({ ...OPTIONS, colors: true }).checked);
    expect(denied).to.equal(SAID.split('\n').slice(5, 7).join('\n').replace('denied', red('denied')) + '\n');
  });
});

describe('countsText', () => {
  it('says how many were denied, and of the rest what there is', () => {
    expect(countsText(NO_COUNTS)).to.equal('0 denied.');
    expect(countsText(EACH_COUNT)).to.equal(
      '2 denied, 3 not judged, as the engine failed, 7 unreadable, 1 allowed, 5 in exempt namespaces, 4 of kinds without pods, 6 skipped, as they are no Kubernetes objects. 8 images are rewritten by the policy.',
    );
    expect(countsText({ ...NO_COUNTS, rewrittenImages: 1 })).to.equal('0 denied. 1 image is rewritten by the policy.');
  });
});
