import { expect } from 'chai';
import { AUDIT_REPORTS } from '../../src/audit-report/audit-reports.ts';
import { pageSteps } from './page-blocks.ts';
import { itDoes, pageFolder } from './page-folder.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/audit.md');

describe('docs/audit.md', () => {
  // Those at the top are of a reader's own cluster.
  const steps = pageSteps(page).filter((step) => 'path' in step || step.line.includes('shop.json'));
  const folder = pageFolder();

  itDoes(steps, folder, () => 1);

  it('has every kind of step, every option and every format', async () => {
    expect(steps.map((step) => ('path' in step ? step.path : step.section))).to.deep.equal([
      'policy.yaml',
      'shop.json',
      'An example',
      'Exemptions',
      'report-role.yaml',
      'role.yaml',
    ]);
    const rows = rowsUnder(page, 'option');
    expect(rows.flatMap(([option]) => codesIn(option))).to.have.members(await folder.optionsOf('audit'));
    const [, formats = ''] = rows.find(([option]) => option?.includes('--format')) ?? [];
    expect(codesIn(formats)).to.deep.equal(Object.keys(AUDIT_REPORTS));
  });
});
