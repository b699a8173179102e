import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pageSteps } from './page-blocks.ts';
import { itDoes, pageFolder } from './page-folder.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/export-vap.md');

describe('docs/export-vap.md', () => {
  const steps = pageSteps(page).filter((step) => 'path' in step || !step.needsCluster);
  const folder = pageFolder();

  itDoes(steps, folder, () => 0);

  it('shows what is left out as it stands in what is exported', async () => {
    const [command, ...others] = steps.filter((step) => 'line' in step);
    expect(others).to.deep.equal([]);
    const exported = await readFile(join(folder.path, 'vap.yaml'), 'utf8');
    const [, said] = /^# Left out.*\n((?:# - .*\n)+)/m.exec(exported) ?? [];
    expect(command!.output).to.contain(said!.replaceAll(/^# /gm, ''));
  });

  it('has a row for each option', async () => {
    const options = rowsUnder(page, 'option').map(([option]) => codesIn(option)[0]);
    expect(options).to.deep.equal(await folder.optionsOf('export vap'));
  });
});
