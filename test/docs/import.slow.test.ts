import { expect } from 'chai';
import { pageSteps } from './page-blocks.ts';
import { itDoes, pageFolder } from './page-folder.ts';
import { readPage } from './tables.ts';

describe('docs/import.md', () => {
  const steps = pageSteps(readPage('docs/import.md'));
  const folder = pageFolder();

  itDoes(steps, folder, (_output, line) => (line.includes(' import ') ? 1 : 0));

  it('has every kind of step, and a policy that the gate would use', async () => {
    expect(steps.map((step) => ('path' in step ? step.path : step.line))).to.deep.equal([
      'policies.yaml',
      'npx imagegate import policies.yaml > policy.yaml',
      'cat policy.yaml',
    ]);
    const { code } = await folder.run('npx imagegate test-policy policy.yaml');
    expect(code).to.equal(0);
  });
});
