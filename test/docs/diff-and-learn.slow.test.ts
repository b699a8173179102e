import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIFF_REPORTS } from '../../src/cli/diff/diff-reports.ts';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { pageSteps } from './page-blocks.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const main = `node ${join(projectRoot, 'build', 'src', 'main.js')}`;

/** What runs is what the page has its reader save; what is of a reader's own checkout or cluster is not run. */
const here = (line: string): string =>
  line.replace(/^kubectl get [a-z,]+ -A -o yaml/, 'cat shop.yaml').replace('npx imagegate', main);
const ELSEWHERE = /deploy\/|^kubectl -n|--cluster/;

/** Pages, and the files that they have saved and the commands that they have run, with their exit codes. */
const PAGES = {
  'docs/diff.md': [
    'old.yaml',
    'new.yaml',
    'shop.yaml',
    ['npx imagegate diff old.yaml new.yaml shop.yaml', 1],
    ['npx imagegate diff old.yaml new.yaml shop.yaml --format markdown', 1],
  ],
  'docs/learn.md': [
    ['kubectl get ns,pods,rs,deploy,sts,ds,jobs,cronjobs -A -o yaml | npx imagegate learn - > policy.yaml', 0],
    'shop.yaml',
    ['npx imagegate learn shop.yaml', 0],
    ['npx imagegate test-policy policy.yaml', 0],
    ['kubectl get ns,pods,rs,deploy,sts,ds,jobs,cronjobs -A -o yaml | npx imagegate audit - --policy policy.yaml', 0],
    ["sed 's/action: warn/action: deny/' policy.yaml > deny.yaml", 0],
    ['kubectl get ns,pods,rs,deploy,sts,ds,jobs,cronjobs -A -o yaml | npx imagegate diff policy.yaml deny.yaml -', 1],
  ],
} as const;

for (const [path, expected] of Object.entries(PAGES)) {
  describe(path, () => {
    const page = readPage(path);
    const steps = pageSteps(page).filter((step) => 'path' in step || !ELSEWHERE.test(step.line));
    const codes = new Map<string, number>(expected.filter((step) => typeof step !== 'string'));
    let folder: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'imagegate-page-'));
      // They are read by commands above them.
      for (const step of steps) if ('path' in step) await writeFile(join(folder, step.path), step.text, { flag: 'wx' });
    });

    after(async () => rm(folder, { recursive: true, force: true }));

    it('has these steps', () => {
      expect(steps.map((step) => ('path' in step ? step.path : step.line))).to.deep.equal(
        expected.map((step) => (typeof step === 'string' ? step : step[0])),
      );
    });

    for (const step of steps.filter((other) => 'line' in other)) {
      it(step.line, async () => {
        const { code, output } = await runLine(here(step.line), { cwd: folder, env: cleanEnvironment() });
        if (step.output !== undefined) expect(output).to.equal(step.output);
        expect(code, output).to.equal(codes.get(step.line));
      });
    }
  });
}

describe('docs/diff.md and docs/learn.md', () => {
  for (const command of ['diff', 'learn']) {
    it(`has a row for each option of ${command}`, async () => {
      const rows = rowsUnder(readPage(`docs/${command}.md`), 'option');
      const { output } = await runLine(`${main} ${command} --help`, { cwd: projectRoot, env: cleanEnvironment() });
      const found = [...output.matchAll(/^ {2}(?:(-n), )?(--[\w-]+) /gm)].flatMap(([, ...options]) => options);
      expect(rows.flatMap(([option]) => codesIn(option))).to.have.members(
        found.filter((option) => option !== undefined),
      );
    });
  }

  it('has every format of diff', () => {
    const rows = rowsUnder(readPage('docs/diff.md'), 'option');
    const [, formats] = rows.find(([option]) => codesIn(option)[0] === '--format')!;
    expect(codesIn(formats)).to.deep.equal(Object.keys(DIFF_REPORTS));
  });
});
