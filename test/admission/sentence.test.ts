import { expect } from 'chai';
import { rememberedSentences, sentence } from '../../src/admission/sentence.ts';
import type { Finding } from '../../src/engine/finding.ts';
import { findingsOf } from './findings.ts';

const sentences = (images: Readonly<Record<string, string>>): readonly string[] => findingsOf(images).map(sentence);

describe('sentence', () => {
  it('says the three of the seed to the letter', () => {
    expect(sentences({ nginx: 'nginx' })).to.deep.equal([
      'nginx image has no tag! (nginx). Only images with tags are allowed.',
      'nginx image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed.',
    ]);
    expect(sentences({ nginx: 'nginx:latest' })).to.deep.equal([
      'nginx image comes from an untrusted registry! (nginx:latest). Only images from docker.io,gcr.io are allowed.',
      'nginx image has a non-allowed tag! (nginx:latest). These tags "staging,latest" are prohibited.',
    ]);
    expect(sentences({ nginx: 'docker.io/nginx:latest' })).to.deep.equal([
      'nginx image has a non-allowed tag! (docker.io/nginx:latest). These tags "staging,latest" are prohibited.',
    ]);
    expect(sentences({ nginx: 'docker.io/nginx:1.20' })).to.deep.equal([]);
  });

  it('says why a reference is none', () => {
    expect(sentences({ nginx: 'docker.io/NGINX:1' })).to.deep.equal([
      'nginx image is not a valid reference! (docker.io/NGINX:1). A repository must be in lower case.',
    ]);
  });

  it('lets nobody forge a line, and cuts what a stranger or a rule wrote', () => {
    const [finding] = findingsOf({ 'a\nb': `x\n${'y'.repeat(300)}` }) as [Finding];
    const forged: Finding = { ...finding, problem: 'p\n'.repeat(500), remedy: `r\u001b${'s'.repeat(2000)}` };
    const said = sentence(forged);
    expect(said).to.match(/^[\x20-\x7e]*$/);
    expect(said).to.match(/^a\\u\{A\}b image p\\u\{A\}p.*\.\.\.! \(x\\u\{A\}y+\.\.\.\)\. r\\u\{1B\}s+\.\.\.$/);
    expect(said.length).to.be.below(2000);
  });
});

describe('rememberedSentences', () => {
  it('says the same as sentence, and each finding once', () => {
    const findings = findingsOf({ nginx: 'nginx', web: 'nginx' });
    const tell = rememberedSentences();
    expect(findings.map(tell)).to.deep.equal(findings.map(sentence));
    const [first] = findings as [Finding];
    let reads = 0;
    const counted: Finding = {
      ...first,
      get problem() {
        reads += 1;
        return first.problem;
      },
    };
    expect(tell(counted)).to.equal(tell(counted));
    expect(reads).to.equal(1);
  });
});
