import { expect } from 'chai';
import { githubReport } from '../../src/check-report/github-report.ts';
import { written } from './written.ts';

const SAID = String.raw`::error file=k8s/a b.yaml,line=7,col=25,title=valid-reference::Pod shop/p0: a image is not a valid reference! (x<&"\u{7}). A reference has only ASCII characters, without blanks and control characters.
::warning file=k8s/a b.yaml,line=7,col=25,title=blocked-tags::Pod shop/p0: b image has a non-allowed tag! (gcr.io/b:latest). These tags "staging,latest" are prohibited.
::notice file=k8s/a b.yaml,line=7,col=25,title=require-digest::Pod shop/p0: b image has no digest! (gcr.io/b:latest). Only images with digests are allowed.
::notice file=k8s/a b.yaml,line=7,col=25,title=empty-tag::Pod shop/p0: c image has no tag! (gcr.io/c). Only images with tags are allowed.
::notice file=k8s/a b.yaml,line=7,col=25,title=require-digest::Pod shop/p0: c image has no digest! (gcr.io/c). Only images with digests are allowed.
::error file=k8s/a b.yaml,line=7,col=1,title=imagegate::Pod shop/p1: ImageGate cannot read the object, so it is denied: object.spec.containers must be a list, found a string.%0AAsk #platform.
::error file=k8s/a b.yaml,line=3,col=2,title=manifest-invalid::k8s/a b.yaml:3:2: expected YAML 1.2, found 100%25 nonsense. Mend it. [manifest-invalid]
2 denied, 1 unreadable, 1 allowed, 4 of kinds without pods, 6 skipped, as they are no Kubernetes objects. 3 images are rewritten by the policy.
`;

describe('githubReport', () => {
  it('has a workflow command for each remark', () => {
    expect(written(githubReport())).to.equal(SAID);
  });

  it('escapes what would end a property', () => {
    const said = githubReport().unreadable({
      code: 'manifest-invalid',
      source: { name: 'a:b,c%d\r\n' },
      expected: 'x',
      found: 'y',
      remedy: 'Z.',
    });
    expect(said).to.equal(
      '::error file=a%3Ab%2Cc%25d%0D%0A,title=manifest-invalid::a:b,c%25d%0D%0A: expected x, found y. Z. [manifest-invalid]\n',
    );
  });
});
