import { expect } from 'chai';
import { respond } from '../../src/admission/respond.ts';
import { sentence } from '../../src/admission/response.ts';
import type { Finding } from '../../src/engine/finding.ts';
import { exemptionOf } from '../exemption.ts';
import { findingOf } from '../finding.ts';
import { podCreate } from '../admission-request.ts';
import { manyFindings } from './findings.ts';

const END = Date.parse('2026-03-01T00:00:00Z');
const CONTACT = 'Ask #images.';
const SAYS = sentence(findingOf());

const exempted = (finding: Finding, name = 'legacy', expires = Infinity): Finding => ({
  ...finding,
  exemption: exemptionOf({ name, expires }),
});
/** The answer about a pod that its container is called like. */
const answer = (findings: readonly Finding[], contact?: string, now = 0) =>
  respond({ ...podCreate({}), uid: 'u', name: 'app' }, findings, { contact, decisionId: false }, now);

describe('respond', () => {
  it('says nothing where nothing was found', () => {
    expect(answer([], CONTACT)).to.deep.equal({
      verdict: 'allowed',
      response: { uid: 'u', allowed: true },
      findings: [],
      unknownKind: false,
    });
  });

  const denial = {
    uid: 'u',
    allowed: false,
    status: {
      code: 403,
      message: SAYS,
      details: { causes: [{ reason: 'empty-tag', field: 'spec.containers[0].image', message: SAYS }] },
    },
  };
  const annotation = { auditAnnotations: { 'empty-tag': SAYS } };
  const exemptAnnotation = { auditAnnotations: { 'empty-tag': `[exempt: legacy] ${SAYS}` } };
  const allowed = { uid: 'u', allowed: true };
  const warning = { warnings: [`${SAYS} [imagegate: empty-tag]`] };
  for (const [action, exempt, response] of [
    ['deny', false, { ...denial, ...annotation }],
    ['warn', false, { ...allowed, ...warning, ...annotation }],
    ['audit', false, { ...allowed, ...annotation }],
    ['deny', true, { ...allowed, ...exemptAnnotation }],
    ['warn', true, { ...allowed, ...exemptAnnotation }],
    ['audit', true, { ...allowed, ...exemptAnnotation }],
  ] as const) {
    it(`answers a finding that would ${action}${exempt ? ' and is exempt' : ''}`, () => {
      const findings = [exempt ? exempted(findingOf({ action })) : findingOf({ action })];
      expect(answer(findings)).to.deep.equal({
        verdict: response.allowed ? 'allowed' : 'denied',
        response,
        findings,
        unknownKind: false,
      });
    });
  }

  it('denies for what denies alone, warns of what warns, and annotates all', () => {
    const findings = [
      exempted(findingOf({ rule: 'a' })),
      findingOf({ rule: 'b', action: 'audit' }),
      findingOf({ rule: 'c', action: 'warn' }),
      findingOf({ rule: 'd' }),
      exempted(findingOf({ rule: 'd' }), 'other'),
    ];
    const { verdict, response } = answer(findings, CONTACT);
    expect(verdict).to.equal('denied');
    expect(response.status?.message).to.equal(`${SAYS}\n${CONTACT}`);
    expect(response.status?.details?.causes.map(({ reason, message }) => `${reason}: ${message}`)).to.deep.equal([
      `d: ${SAYS}`,
    ]);
    expect(response.warnings).to.deep.equal([`${SAYS} [imagegate: c]`]);
    expect(response.auditAnnotations).to.deep.equal({
      a: `[exempt: legacy] ${SAYS}`,
      b: SAYS,
      c: SAYS,
      d: `${SAYS}\n[exempt: other] ${SAYS}`,
    });
  });

  it('has the contact in denials alone', () => {
    const { response } = answer([findingOf({ action: 'warn' })], CONTACT);
    expect(JSON.stringify(response)).to.not.include(CONTACT);
    expect(answer([findingOf()], CONTACT).response.status?.message.split('\n').at(-1)).to.equal(CONTACT);
  });

  it('keeps a denial within 4 KiB, the contact being its last line', () => {
    const { response } = answer(manyFindings(100), 'x'.repeat(256));
    const message = response.status?.message ?? '';
    expect(Buffer.byteLength(message)).to.be.at.most(4096);
    expect(message.split('\n').at(-2)).to.equal('Pod default/app, by registry-allowlist.');
    expect(message.split('\n').at(-3)).to.match(/^… and \d+ more violations\.$/);
    expect(message.split('\n').at(-1)).to.equal('x'.repeat(256));
  });

  const endsIn = (days: number): number => END - days * 24 * 60 * 60 * 1000;
  for (const [days, told] of [
    [8, 0],
    [7, 1],
    [0.001, 1],
  ] as const) {
    it(`warns ${told} times of an exemption that ends in ${days} days, of those that use it`, () => {
      for (const action of ['deny', 'warn', 'audit'] as const) {
        const { response } = answer([exempted(findingOf({ action }), 'old', END)], CONTACT, endsIn(days));
        expect(response.allowed).to.equal(true);
        expect(response.warnings ?? []).to.have.lengthOf(told);
      }
      expect(answer([findingOf()], CONTACT, endsIn(days)).response).to.not.have.property('warnings');
    });
  }

  it('warns of an ending exemption also beside a denial', () => {
    const { verdict, response } = answer([exempted(findingOf(), 'old', END), findingOf()], undefined, endsIn(1));
    expect(verdict).to.equal('denied');
    expect(response.warnings).to.have.lengthOf(1);
    expect(response.warnings?.[0]).to.include('The exemption old ends');
  });

  for (const [ending, warned] of [
    [1, 14],
    [1, 15],
    [14, 1],
    [14, 2],
    [15, 0],
    [15, 5],
    [16, 0],
    [40, 40],
  ] as const) {
    it(`has at most 15 warnings for ${ending} that end and ${warned} that warn, those that end first`, () => {
      const findings = [
        ...manyFindings(warned).map((finding): Finding => ({ ...finding, action: 'warn' })),
        ...Array.from({ length: ending }, (_, index) => exempted(findingOf(), `e${index}`, END)),
      ];
      const told = answer(findings, undefined, endsIn(1)).response.warnings ?? [];
      const count = ending + warned;
      expect(told).to.have.lengthOf(Math.min(count, 15));
      const places = count <= 15 ? count : 14;
      const kinds = told.map((text) =>
        text.startsWith('The exemption ') ? 'ends' : /\[imagegate: /.test(text) ? 'warns' : text,
      );
      const ends = Math.min(ending, places);
      expect(kinds).to.deep.equal([
        ...Array.from({ length: ends }, () => 'ends'),
        ...Array.from({ length: places - ends }, () => 'warns'),
        ...(count > 15 ? [`… and ${count - 14} more`] : []),
      ]);
      expect(told.join('').length).to.be.at.most(4096);
    });
  }
});
