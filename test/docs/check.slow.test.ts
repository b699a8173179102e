import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECK_REPORTS } from '../../src/check-report/check-reports.ts';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { pageSteps } from './page-blocks.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/check.md');
const main = `node ${join(projectRoot, 'build', 'src', 'main.js')}`;

describe('docs/check.md', () => {
  // Those at the top are of a reader's own charts.
  const steps = pageSteps(page).filter((step) => 'path' in step || !/deploy\/|^helm|^kubectl/.test(step.line));
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-check-'));
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
        expect(code).to.equal(/^0 denied/m.test(output) ? 0 : 1);
      });
    }
  }

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
