import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { pageSteps } from './page-blocks.ts';
import { readPage } from './tables.ts';

const main = `node ${join(projectRoot, 'build', 'src', 'main.js')}`;

describe('docs/import.md', () => {
  const steps = pageSteps(readPage('docs/import.md'));
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-import-'));
  });

  after(async () => rm(folder, { recursive: true, force: true }));

  for (const step of steps) {
    if ('path' in step) {
      it(`has ${step.path} saved`, async () => writeFile(join(folder, step.path), step.text, { flag: 'wx' }));
    } else {
      it(step.line, async () => {
        const line = step.line.replace('npx imagegate', main);
        const { code, output } = await runLine(line, { cwd: folder, env: cleanEnvironment() });
        expect(output).to.equal(step.output);
        expect(code).to.equal(step.line.includes(' import ') ? 1 : 0);
      });
    }
  }

  it('has every kind of step, and a policy that the gate would use', async () => {
    expect(steps.map((step) => ('path' in step ? step.path : step.line))).to.deep.equal([
      'policies.yaml',
      'npx imagegate import policies.yaml > policy.yaml',
      'cat policy.yaml',
    ]);
    const { code } = await runLine(`${main} test-policy policy.yaml`, { cwd: folder, env: cleanEnvironment() });
    expect(code).to.equal(0);
  });
});
