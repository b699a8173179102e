import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { pageSteps } from './page-blocks.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/export-vap.md');
const main = `node ${join(projectRoot, 'build', 'src', 'main.js')}`;

describe('docs/export-vap.md', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-export-'));
  });

  after(async () => rm(folder, { recursive: true, force: true }));

  const run = async (line: string) =>
    runLine(line.replace('npx imagegate', main), { cwd: folder, env: cleanEnvironment() });

  for (const step of pageSteps(page)) {
    if ('path' in step) {
      it(`has ${step.path} saved`, async () => writeFile(join(folder, step.path), step.text, { flag: 'wx' }));
    } else if (!step.needsCluster) {
      it(`${step.section}: ${step.line}`, async () => {
        expect(await run(step.line)).to.deep.equal({ code: 0, output: step.output });
        const [, said] = /^# Left out.*\n((?:# - .*\n)+)/m.exec(await readFile(join(folder, 'vap.yaml'), 'utf8')) ?? [];
        expect(step.output).to.contain(said!.replaceAll(/^# /gm, ''));
      });
    }
  }

  it('has a row for each option', async () => {
    const { output } = await run(`${main} export vap --help`);
    const options = [...output.matchAll(/^ {2}(--\w+) /gm)].map(([, option]) => option);
    expect(rowsUnder(page, 'option').map(([option]) => codesIn(option)[0])).to.deep.equal(options);
  });
});
