import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEVERITIES } from '../../src/cli/doctor/diagnosis.ts';
import { FAULTS } from '../cli/doctor/faults.ts';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { blocksOf } from '../e2e/readme.ts';
import { pageSteps } from './page-blocks.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/doctor.md');
const main = `node ${join(projectRoot, 'build', 'src', 'main.js')}`;

describe('docs/doctor.md', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-doctor-'));
  });

  after(async () => rm(folder, { recursive: true, force: true }));

  const run = async (line: string) =>
    runLine(line.replace('npx imagegate', main), { cwd: folder, env: cleanEnvironment() });

  it('has each finding, and how bad it is, and no other', () => {
    const told = rowsUnder(page, 'finding').map(([code, severity]) => [codesIn(code)[0], codesIn(severity)[0]]);
    expect(told).to.deep.equal(Object.entries(SEVERITIES));
  });

  it('has no finding that is never provoked', () => {
    // Those that a row of the table cannot make: of replicas, of powers, and of what is as it should be.
    const others = [
      'certificate-lasts',
      'label-writers',
      'replica-differs',
      'replica-loaded',
      'replica-rejects',
      'replica-unasked',
    ];
    const provoked = [...FAULTS.map(({ code }) => code), ...others, 'unreadable'];
    expect([...new Set(provoked)].toSorted()).to.deep.equal(Object.keys(SEVERITIES).toSorted());
  });

  it('rehearses what it says', async () => {
    // The block at the top is what a cluster would say.
    const steps = pageSteps(page.slice(page.indexOf('## What it needs')));
    for (const step of steps) {
      if ('path' in step) {
        // oxlint-disable-next-line no-await-in-loop -- in its order
        await writeFile(join(folder, step.path), step.text, { flag: 'wx' });
      } else {
        // oxlint-disable-next-line no-await-in-loop
        const { code, output } = await run(step.line);
        expect({ code, output }).to.deep.equal({ code: 1, output: step.output });
      }
    }
    expect(steps.filter((step) => 'line' in step)).to.have.length(1);
  });

  it('shows a finding as it is printed', () => {
    const [, shown] = blocksOf(page);
    const text = shown?.lines.join('\n') ?? '';
    const fault = FAULTS.find(({ name }) => name === 'no ephemeral containers');
    expect(text).to.contain(`[${fault?.code}]`).and.match(fault!.said);
  });

  it('has every option and format', async () => {
    const { output } = await run('npx imagegate doctor --help');
    const options = [...output.matchAll(/^ {2}(--[\w-]+) /gm)].map(([, option]) => option);
    const rows = rowsUnder(page, 'option');
    expect(rows.flatMap(([option]) => codesIn(option))).to.have.members(options);
  });

  it('takes logs for a rehearsal alone', async () => {
    const { code, output } = await run('npx imagegate doctor x.log');
    expect(output.split('\n', 1)).to.deep.equal(['error: logs are for --rehearsal']);
    expect(code).to.equal(2);
  });
});
