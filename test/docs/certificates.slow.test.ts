import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { blocksOf } from '../e2e/readme.ts';
import { projectRoot } from '../project-root.ts';
import { pageFolder } from './page-folder.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/certificates.md');

describe('docs/certificates.md', () => {
  const folder = pageFolder();

  it('has a row for each option, with its default', async () => {
    const { output } = await folder.run('npx imagegate certificates --help');
    const options = [...output.matchAll(/^ {2}(--\w+(?: <\w+>)?) /gm)].map(([, option]) => option);
    const rows = rowsUnder(page, 'option');
    expect(options.length).to.be.above(5);
    expect(rows.flatMap(([option]) => codesIn(option))).to.deep.equal(options);
    const defaults = rows.flatMap(([option, , byDefault]) =>
      codesIn(byDefault).map((value) => `${codesIn(option)[0]!.split(' ')[0]} ${value}`),
    );
    const shown = [...output.replaceAll(/\n {4,}/g, ' ').matchAll(/^ {2}(--\w+) .*?\(default: (\d+[smhd])\)/gm)];
    expect(shown.map(([, option, value]) => `${option} ${value}`)).to.deep.equal(defaults);
  });

  it('has the lines of kustomization.yaml as the component has them', () => {
    const component = join(projectRoot, 'deploy', 'components', 'certificates-job', 'kustomization.yaml');
    const [, added = ''] = /add to \S+:\n((?:#.*\n)+)apiVersion/.exec(readFileSync(component, 'utf8')) ?? [];
    const yaml = blocksOf(page).find(({ language }) => language === 'yaml');
    expect(`${yaml?.lines.join('\n')}\n`).to.equal(added.replaceAll(/^# {3}/gm, ''));
  });
});
