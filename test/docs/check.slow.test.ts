import { expect } from 'chai';
import { CHECK_REPORTS } from '../../src/check-report/check-reports.ts';
import { pageSteps } from './page-blocks.ts';
import { itDoes, pageFolder } from './page-folder.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/check.md');

describe('docs/check.md', () => {
  // Those at the top are of a reader's own charts.
  const steps = pageSteps(page).filter((step) => 'path' in step || !/deploy\/|^helm|^kubectl/.test(step.line));
  const folder = pageFolder();

  itDoes(steps, folder, (output) => (/^0 denied/m.test(output) ? 0 : 1));

  it('has every kind of step, and every format', () => {
    expect(steps.map((step) => ('path' in step ? step.path : step.section))).to.deep.equal([
      'policy.yaml',
      'shop.yaml',
      'An example',
      'cart.yaml',
      'Fix',
      'Formats',
    ]);
    expect(rowsUnder(page, '`--format`').flatMap(([format]) => codesIn(format))).to.deep.equal(
      Object.keys(CHECK_REPORTS),
    );
  });
});
