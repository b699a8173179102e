import { expect } from 'chai';
import { denialMessage } from '../../src/admission/denial-message.ts';
import { sentence } from '../../src/admission/sentence.ts';
import { findingsOf, manyFindings } from './findings.ts';

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
        const message = denialMessage(findings, contact);
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
