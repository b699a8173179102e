import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { pageSteps } from './page-blocks.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/testing-a-policy.md');
const main = `node ${join(projectRoot, 'build', 'src', 'main.js')}`;

describe('docs/testing-a-policy.md', () => {
  const steps = pageSteps(page);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-testing-a-policy-'));
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
        expect(code).to.equal(output.startsWith('As expected: 4 of 5') ? 1 : 0);
      });
    }
  }

  it('has every kind of step, and every key of a case', async () => {
    expect(steps.map((step) => ('path' in step ? step.path : step.section))).to.deep.equal([
      'policy.yaml',
      'What is in force',
      'What it says of an image',
      'What it says of an image',
      'cases.yaml',
      'Cases',
    ]);
    await writeFile(join(folder, 'bad.yaml'), '- { x: 1 }\n');
    const line = `${main} test-policy policy.yaml --cases bad.yaml`;
    const { output } = await runLine(line, { cwd: folder, env: cleanEnvironment() });
    const [, known = ''] = /Known: (.*?)\. \[/.exec(output) ?? [];
    expect(rowsUnder(page, 'key').flatMap(([key]) => codesIn(key))).to.deep.equal(known.split(', '));
  });
});
