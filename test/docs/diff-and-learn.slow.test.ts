import { expect } from 'chai';
import { DIFF_REPORTS } from '../../src/cli/diff/diff-reports.ts';
import { pageSteps } from './page-blocks.ts';
import { pageFolder } from './page-folder.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

/** What runs is what the page has its reader save; what is of a reader's own checkout or cluster is not run. */
const here = (line: string): string => line.replace(/^kubectl get [a-z,]+ -A -o yaml/, 'cat shop.yaml');
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
    const folder = pageFolder();

    before(async () => {
      // They are read by commands above them.
      for (const step of steps) if ('path' in step) await folder.save(step);
    });

    it('has these steps', () => {
      expect(steps.map((step) => ('path' in step ? step.path : step.line))).to.deep.equal(
        expected.map((step) => (typeof step === 'string' ? step : step[0])),
      );
    });

    for (const step of steps.filter((other) => 'line' in other)) {
      it(step.line, async () => {
        const { code, output } = await folder.run(here(step.line));
        if (step.output !== undefined) expect(output).to.equal(step.output);
        expect(code, output).to.equal(codes.get(step.line));
      });
    }
  });
}

describe('docs/diff.md and docs/learn.md', () => {
  const folder = pageFolder();

  for (const command of ['diff', 'learn']) {
    it(`has a row for each option of ${command}`, async () => {
      const rows = rowsUnder(readPage(`docs/${command}.md`), 'option');
      expect(rows.flatMap(([option]) => codesIn(option))).to.have.members(await folder.optionsOf(command));
    });
  }

  it('has every format of diff', () => {
    const rows = rowsUnder(readPage('docs/diff.md'), 'option');
    const [, formats] = rows.find(([option]) => codesIn(option)[0] === '--format')!;
    expect(codesIn(formats)).to.deep.equal(Object.keys(DIFF_REPORTS));
  });
});
