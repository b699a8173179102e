import { expect } from 'chai';
import { SEVERITIES } from '../../src/cli/doctor/diagnosis.ts';
import { FAULTS } from '../cli/doctor/faults.ts';
import { blocksOf } from '../e2e/readme.ts';
import { pageSteps } from './page-blocks.ts';
import { itDoes, pageFolder } from './page-folder.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/doctor.md');

describe('docs/doctor.md', () => {
  const folder = pageFolder();

  it('has each finding, and how bad it is, and no other', () => {
    const told = rowsUnder(page, 'finding').map(([code, severity]) => [codesIn(code)[0], codesIn(severity)[0]]);
    expect(told).to.deep.equal(Object.entries(SEVERITIES));
  });

  it('has no finding that is never provoked', () => {
    // Those that a row of the table cannot make: of replicas, of powers, and of what is as it should be.
    const others = [
      'certificate-lasts',
      'label-writers',
      'replica-differs',
      'replica-loaded',
      'replica-rejects',
      'replica-unasked',
    ];
    const provoked = [...FAULTS.map(({ code }) => code), ...others, 'unreadable'];
    expect([...new Set(provoked)].toSorted()).to.deep.equal(Object.keys(SEVERITIES).toSorted());
  });

  describe('a rehearsal', () => {
    // The block at the top is what a cluster would say.
    const steps = pageSteps(page.slice(page.indexOf('## What it needs')));

    itDoes(steps, folder, () => 1);

    it('is one command', () => expect(steps.filter((step) => 'line' in step)).to.have.length(1));
  });

  it('shows a finding as it is printed', () => {
    const [, shown] = blocksOf(page);
    const text = shown?.lines.join('\n') ?? '';
    const fault = FAULTS.find(({ name }) => name === 'no ephemeral containers');
    expect(text).to.contain(`[${fault?.code}]`).and.match(fault!.said);
  });

  it('has every option and format', async () => {
    const rows = rowsUnder(page, 'option');
    expect(rows.flatMap(([option]) => codesIn(option))).to.have.members(await folder.optionsOf('doctor'));
  });

  it('takes logs for a rehearsal alone', async () => {
    const { code, output } = await folder.run('npx imagegate doctor x.log');
    expect(output.split('\n', 1)).to.deep.equal(['error: logs are for --rehearsal']);
    expect(code).to.equal(2);
  });
});
