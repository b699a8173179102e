import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUDIT_REPORTS } from '../../src/audit-report/audit-reports.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { runLine } from '../e2e/run.ts';
import { pageSteps } from './page-blocks.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/audit.md');
const main = `node ${join(projectRoot, 'build', 'src', 'main.js')}`;

describe('docs/audit.md', () => {
  // Those at the top are of a reader's own cluster.
  const steps = pageSteps(page).filter((step) => 'path' in step || step.line.includes('shop.json'));
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-audit-'));
  });

  after(async () => rm(folder, { recursive: true, force: true }));

  for (const step of steps) {
    if ('path' in step) {
      it(`has ${step.path} saved`, async () => writeFile(join(folder, step.path), step.text, { flag: 'wx' }));
    } else {
      it(`${step.section}: ${step.line}`, async () => {
        const line = step.line.replace('npx imagegate', main);
        const { code, output } = await runLine(line, { cwd: folder, env: cleanEnvironment() });
        expect(output).to.equal(step.output);
        expect(code).to.equal(1);
      });
    }
  }

  it('has every kind of step, every option and every format', async () => {
    expect(steps.map((step) => ('path' in step ? step.path : step.section))).to.deep.equal([
      'policy.yaml',
      'shop.json',
      'An example',
      'Exemptions',
      'report-role.yaml',
      'role.yaml',
    ]);
    const { output } = await runLine(`${main} audit --help`, { cwd: folder, env: cleanEnvironment() });
    const options = [...output.matchAll(/^ {2}(?:-n, )?(--[\w-]+) /gm)].map(([, option]) => option);
    const rows = rowsUnder(page, 'option');
    const told = rows.flatMap(([option]) => codesIn(option)).filter((option) => option !== '-n');
    expect(told).to.have.members(options);
    const [, formats = ''] = rows.find(([option]) => option?.includes('--format')) ?? [];
    expect(codesIn(formats)).to.deep.equal(Object.keys(AUDIT_REPORTS));
  });
});
