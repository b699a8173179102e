import { expect } from 'chai';
import { expiryWarnings, warnings } from '../../src/admission/warnings.ts';
import { findingsOf, manyFindings } from './findings.ts';
import { exemptionOf } from '../exemption.ts';
import { findingOf } from '../finding.ts';

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

  it('say what follows from an unchanged image, whole even where the sentence is cut', () => {
    const end = 'Its new pods will be denied. [imagegate: empty-tag]';
    expect(warnings([findingOf({ action: 'warn', deniesNewPods: true })])).to.deep.equal([
      `app image has no tag! (gcr.io/acme/app). Only images with tags are allowed. ${end}`,
    ]);
    const [cut] = warnings([findingOf({ action: 'warn', deniesNewPods: true, message: 'x'.repeat(256) })]);
    expect(cut).to.have.lengthOf(256);
    expect(cut?.endsWith(`x... ${end}`)).to.equal(true);
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

const END = Date.parse('2026-03-01T00:00:00Z');
const DAY = 24 * 60 * 60 * 1000;

const used = (parts: Parameters<typeof exemptionOf>[0]) =>
  findingOf({ exemption: exemptionOf({ expires: END, ...parts }) });

describe('expiryWarnings', () => {
  for (const [when, now, told] of [
    ['a millisecond before the last seven days', END - 7 * DAY - 1, false],
    ['as the last seven days begin', END - 7 * DAY, true],
    ['in the last millisecond', END - 1, true],
    ['long before', 0, false],
  ] as const) {
    it(`${told ? 'are told' : 'are not told'} ${when}`, () => {
      expect(expiryWarnings([used({})], now)).to.have.lengthOf(told ? 1 : 0);
    });
  }

  it('name the exemption, its last day in UTC, and its owner', () => {
    expect(expiryWarnings([used({ name: 'old-app', owner: 'team-b' })], END - 1)).to.deep.equal([
      'The exemption old-app ends after 2026-02-28 (UTC) and covers nothing from then on. It is kept by team-b. [imagegate]',
    ]);
  });

  it('never tell of an exemption without an end, nor of one that was not used', () => {
    expect(expiryWarnings([used({ expires: Infinity })], Number.MAX_SAFE_INTEGER)).to.deep.equal([]);
    expect(expiryWarnings([findingOf()], END - 1)).to.deep.equal([]);
    expect(expiryWarnings([], END - 1)).to.deep.equal([]);
  });

  it('tell each exemption once, in the order of use', () => {
    const [a, b] = ['a', 'b'].map((name) => exemptionOf({ name, expires: END }));
    const findings = [b!, a!, b!, a!].map((exemption) => findingOf({ exemption }));
    const names = expiryWarnings(findings, END - 1).map((text) => /exemption (\S+)/.exec(text)?.[1]);
    expect(names).to.deep.equal(['b', 'a']);
  });

  it('have at most 256 characters, all of ASCII', () => {
    for (const owner of ['x'.repeat(256), 'é'.repeat(256), 'a\nb']) {
      const [text] = expiryWarnings([used({ name: 'n'.repeat(63), owner })], END - 1);
      expect(text)
        .to.match(/^[\x20-\x7e]{1,256}$/)
        .and.match(/ \[imagegate\]$/);
    }
  });
});
