import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pageSteps } from '../docs/page-blocks.ts';
import { projectRoot } from '../project-root.ts';
import { behindRules } from './rules-gate.ts';
import { runLine } from './run.ts';

const page = readFileSync(join(projectRoot, 'docs', 'writing-rules.md'), 'utf8');

/** What the page has its reader do up to there is run by test/docs/writing-rules.slow.test.ts. */
describe('docs/writing-rules.md, in a cluster', () => {
  const gate = behindRules('writing-rules');
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-writing-rules-'));
  });

  after(async () => rm(folder, { recursive: true, force: true }));

  for (const step of pageSteps(page)) {
    if ('path' in step) {
      it(`has ${step.path} saved`, async () => {
        await mkdir(dirname(join(folder, step.path)), { recursive: true });
        await writeFile(join(folder, step.path), step.text);
      });
    } else if (step.needsCluster) {
      it(`${step.section}: ${step.line}`, async () => {
        const { cluster, mountAndLoad } = gate();
        const { code, output } = await runLine(step.line, { cwd: folder, env: cluster.environment() });
        expect(code, output).to.equal(step.output?.startsWith('Error') === true ? 1 : 0);
        if (step.output === undefined) expect(output).not.to.contain('Warning');
        if (step.output !== undefined) expect(output).to.equal(step.output);
        // The page says: within a minute or two.
        else await mountAndLoad();
      });
    }
  }
});
