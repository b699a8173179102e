import { expect } from 'chai';
import {
  admissionReview,
  allowed,
  auditAnnotations,
  denied,
  errored,
  unreadable,
} from '../../src/admission/response.ts';
import { sentence } from '../../src/admission/sentence.ts';
import { findingsOf, manyFindings } from './findings.ts';

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
    const [value = ''] = Object.values(auditAnnotations(manyFindings(1000)));
    expect(Buffer.byteLength(value)).to.equal(1024);
  });
});
