import { expect } from 'chai';
import {
  admissionReview,
  allowed,
  auditAnnotations,
  denialMessage,
  denied,
  errored,
  policyDenied,
  policyNotJudged,
  memoizedSentence,
  sentence,
  unreadable,
} from '../../src/admission/response.ts';
import { findingOf } from '../finding.ts';
import { exemptionOf } from '../exemption.ts';
import { findingsOf, manyFindings } from './findings.ts';
import type { Finding } from '../../src/engine/finding.ts';

const NOTHING = { warnings: [], auditAnnotations: {} };

describe('response', () => {
  it('allowed says no more than that, unless there is more', () => {
    expect(allowed('u')).to.deep.equal({ uid: 'u', allowed: true });
    expect(allowed('u', { warnings: ['w'], auditAnnotations: { a: 'b' } })).to.deep.equal({
      uid: 'u',
      allowed: true,
      warnings: ['w'],
      auditAnnotations: { a: 'b' },
    });
  });

  it('denied has one message, a cause per violation, and no reason, which kubectl would print', () => {
    const findings = findingsOf({ nginx: 'nginx' });
    const message = findings.map(sentence).join('\n');
    expect(denied('u', findings, NOTHING)).to.deep.equal({
      uid: 'u',
      allowed: false,
      status: {
        code: 403,
        message,
        details: {
          causes: [
            { reason: 'empty-tag', field: 'spec.containers[0].image', message: message.split('\n')[0] },
            { reason: 'registry-allowlist', field: 'spec.containers[0].image', message: message.split('\n')[1] },
          ],
        },
      },
    });
  });

  it('denied has at most 32 causes', () => {
    expect(denied('u', manyFindings(40), NOTHING).status?.details?.causes).to.have.lengthOf(32);
  });

  it('unreadable and errored deny, and say so', () => {
    expect(unreadable('u', 'object.spec of a Pod must be an object, found nothing')).to.deep.equal({
      uid: 'u',
      allowed: false,
      status: {
        code: 403,
        message:
          'ImageGate cannot read the object, so it is denied: object.spec of a Pod must be an object, found nothing.',
      },
    });
    expect(errored('u', 'a\nb')).to.deep.equal({
      uid: 'u',
      allowed: false,
      status: {
        code: 500,
        message:
          'ImageGate failed to judge this request, so it is denied: a\\u{A}b. Its administrator finds more in its log.',
      },
    });
  });

  it('end in the contact, if there is one, whatever they deny for', () => {
    const contact = 'Ask #images.';
    for (const { status } of [
      unreadable('u', 'object of a Pod must be an object, found null', contact),
      errored('u', 'it broke', contact),
      denied('u', findingsOf({ nginx: 'nginx' }), NOTHING, [contact]),
    ]) {
      expect(status?.message).to.match(/\.\nAsk #images\.$/);
    }
    expect(unreadable('u', 'x', contact).status?.message).to.equal(
      `${unreadable('u', 'x').status?.message}\n${contact}`,
    );
  });

  it('policyNotJudged denies, and says that it may be tried again', () => {
    expect(policyNotJudged('u')).to.deep.equal({
      uid: 'u',
      allowed: false,
      status: {
        code: 403,
        message:
          'The gate could not judge this ConfigMap in time, so it is denied: others are judged before it, or rules take too long to load. Try again in a minute.',
      },
    });
  });

  it('policyDenied has all mistakes, a line each', () => {
    expect(policyDenied('u', ['RULE_X: bad\u2028'])).to.deep.equal({
      uid: 'u',
      allowed: false,
      status: { code: 403, message: 'The gate would not use this ConfigMap: one mistake.\nRULE_X: bad\\u{2028}' },
    });
    expect(policyDenied('u', ['a', 'b']).status?.message).to.equal(
      'The gate would not use this ConfigMap: 2 mistakes.\na\nb',
    );
  });

  for (const count of [1, 3, 4, 5, 100]) {
    for (const length of [10, 500, 998, 1000, 1010, 1024, 5000]) {
      it(`policyDenied has at most 4 KiB for ${count} mistakes of ${length} characters, and says how many are left`, () => {
        const message = policyDenied('u', Array(count).fill('x'.repeat(length))).status?.message ?? '';
        expect(Buffer.byteLength(message)).to.be.at.most(4096);
        const [first, ...lines] = message.split('\n');
        const more = /^… and (\d+) more\.$/.exec(lines.at(-1) ?? '');
        const told = more ? lines.slice(0, -1) : lines;
        expect(first).to.match(/^The gate would not use this ConfigMap: /);
        expect(told.length).to.be.above(0);
        for (const line of told) expect(line).to.match(/^x+(?:\.\.\.)?$/);
        expect(told.length + Number(more?.[1] ?? 0)).to.equal(count);
      });
    }
  }

  it('answers in the version that was asked in', () => {
    for (const apiVersion of ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'] as const) {
      const response = allowed('u');
      expect(admissionReview(apiVersion, response)).to.deep.equal({ apiVersion, kind: 'AdmissionReview', response });
    }
  });

  it('annotates the audit log once a rule, with values of at most 1 KiB', () => {
    const findings = findingsOf({ a: 'nginx', b: 'quay.io/b:1' });
    expect(auditAnnotations(findings)).to.deep.equal({
      'empty-tag': 'a image has no tag! (nginx). Only images with tags are allowed.',
      'registry-allowlist':
        'a image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed.\n' +
        'b image comes from an untrusted registry! (quay.io/b:1). Only images from docker.io,gcr.io are allowed.',
    });
    const covered = findings.map((finding) => ({ ...finding, exemption: exemptionOf({ name: 'old' }) }));
    expect(auditAnnotations(covered)['empty-tag']).to.equal(
      '[exempt: old] a image has no tag! (nginx). Only images with tags are allowed.',
    );
    const [value = ''] = Object.values(auditAnnotations(manyFindings(1000)));
    expect(Buffer.byteLength(value)).to.equal(1024);
  });
});

describe('sentence', () => {
  it('ends in the message of the setting, printable whatever it is', () => {
    expect(sentence(findingOf({ message: 'Ask #images.' }))).to.equal(
      'app image has no tag! (gcr.io/acme/app). Only images with tags are allowed. Ask #images.',
    );
    expect(sentence(findingOf({ message: 'a\nb' }))).to.match(/ a\\u\{A\}b$/);
  });
});

describe('denialMessage', () => {
  it('is one sentence a line', () => {
    expect(denialMessage(findingsOf({ nginx: 'nginx' }))).to.equal(
      'nginx image has no tag! (nginx). Only images with tags are allowed.\n' +
        'nginx image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed.',
    );
  });

  for (const count of [1, 2, 30, 36, 37, 38, 39, 40, 41, 100, 5000]) {
    it(`has at most 4 KiB for ${count} violations, and says how many did not fit`, () => {
      const findings = manyFindings(count);
      const message = denialMessage(findings);
      expect(Buffer.byteLength(message)).to.be.at.most(4096);
      const lines = message.split('\n');
      const more = /^… and (\d+) more violations\.$/.exec(lines.at(-1) ?? '');
      const told = more ? lines.slice(0, -1) : lines;
      expect(told).to.deep.equal(findings.slice(0, told.length).map(sentence));
      expect(told.length + Number(more?.[1] ?? 0)).to.equal(count);
      // What is left out would not have fitted.
      if (more) expect(told.join('\n').length + sentence(findings[told.length]!).length).to.be.above(4096 - 41);
    });

    it(`has the contact as the last line for ${count} violations, within the same 4 KiB`, () => {
      for (const contact of ['?', 'x'.repeat(100), 'x'.repeat(256)]) {
        const findings = manyFindings(count);
        const message = denialMessage(findings, [contact]);
        expect(Buffer.byteLength(message)).to.be.at.most(4096);
        const lines = message.split('\n');
        expect(lines.pop()).to.equal(contact);
        const more = /^… and (\d+) more violations\.$/.exec(lines.at(-1) ?? '');
        const told = more ? lines.slice(0, -1) : lines;
        expect(told).to.deep.equal(findings.slice(0, told.length).map(sentence));
        expect(told.length + Number(more?.[1] ?? 0)).to.equal(count);
      }
    });
  }
});

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

describe('memoizedSentence', () => {
  it('says the same as sentence, and each finding once', () => {
    const findings = findingsOf({ nginx: 'nginx', web: 'nginx' });
    const tell = memoizedSentence();
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
