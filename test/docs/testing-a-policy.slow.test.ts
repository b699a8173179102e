import { expect } from 'chai';
import { pageSteps } from './page-blocks.ts';
import { itDoes, pageFolder } from './page-folder.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/testing-a-policy.md');

describe('docs/testing-a-policy.md', () => {
  const steps = pageSteps(page);
  const folder = pageFolder();

  itDoes(steps, folder, (output) => (output.startsWith('As expected: 4 of 5') ? 1 : 0));

  it('has every kind of step, and every key of a case', async () => {
    expect(steps.map((step) => ('path' in step ? step.path : step.section))).to.deep.equal([
      'policy.yaml',
      'What is in force',
      'What it says of an image',
      'What it says of an image',
      'cases.yaml',
      'Cases',
    ]);
    await folder.save({ path: 'bad.yaml', text: '- { x: 1 }\n' });
    const { output } = await folder.run('npx imagegate test-policy policy.yaml --cases bad.yaml');
    const [, known = ''] = /Known: (.*?)\. \[/.exec(output) ?? [];
    expect(rowsUnder(page, 'key').flatMap(([key]) => codesIn(key))).to.deep.equal(known.split(', '));
  });
});
