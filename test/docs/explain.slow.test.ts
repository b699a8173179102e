import { expect } from 'chai';
import { pageSteps } from './page-blocks.ts';
import { itDoes, pageFolder } from './page-folder.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/explain.md');

describe('docs/explain.md', () => {
  const steps = pageSteps(page);
  const folder = pageFolder();

  itDoes(steps, folder, (output) => (/: denied\.$|"verdict": "denied"/m.test(output) ? 1 : 0));

  it('has every kind of step', () => {
    expect(steps.map((step) => ('path' in step ? step.path : step.section))).to.deep.equal([
      'policy.yaml',
      'An image',
      'An image',
      'An image',
      'mirrored.yaml',
      'What is rewritten',
      'What is rewritten',
      'What holds in a namespace',
      'For programs',
    ]);
  });

  it('has a row for each option of the two commands', async () => {
    const [explain, policy] = [await folder.optionsOf('explain'), await folder.optionsOf('policy')];
    const rows = rowsUnder(page, 'option').map(([option, of]) => ({ options: codesIn(option), of: codesIn(of) }));
    expect(explain).to.deep.equal(rows.flatMap(({ options }) => options));
    expect(policy).to.deep.equal(rows.filter(({ of }) => of.length === 0).flatMap(({ options }) => options));
  });
});
