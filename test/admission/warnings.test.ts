import { expect } from 'chai';
import { warnings } from '../../src/admission/warnings.ts';
import { findingsOf, manyFindings } from './findings.ts';

describe('warnings', () => {
  it('are the sentences, each with its rule', () => {
    expect(warnings(findingsOf({ nginx: 'nginx' }))).to.deep.equal([
      'nginx image has no tag! (nginx). Only images with tags are allowed. [imagegate: empty-tag]',
      'nginx image comes from an untrusted registry! (nginx). Only images from docker.io,gcr.io are allowed. [imagegate: registry-allowlist]',
    ]);
    expect(warnings([])).to.deep.equal([]);
  });

  it('are at most 15, the last of which says how many more there are', () => {
    expect(warnings(manyFindings(15))).to.have.lengthOf(15);
    expect(warnings(manyFindings(15)).at(-1)).to.include('[imagegate: registry-allowlist]');
    const told = warnings(manyFindings(40));
    expect(told).to.have.lengthOf(15);
    expect(told.at(-1)).to.equal('… and 26 more');
  });

  it('have at most 256 characters each, all of ASCII, and end in the rule', () => {
    const [long] = warnings(findingsOf({ nginx: `quay.io/${'é'.repeat(400)}` }));
    expect(long)
      .to.have.lengthOf(256)
      .and.match(/^[\x20-\x7e]*\.\.\. \[imagegate: valid-reference\]$/);
    for (let length = 100; length < 200; length += 1) {
      const [warning = ''] = warnings(findingsOf({ nginx: `quay.io/${'x'.repeat(length)}:1` }));
      expect(warning.length).to.be.at.most(256);
      expect(warning.endsWith(' [imagegate: registry-allowlist]')).to.equal(true);
    }
  });
});
