import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLine } from '../e2e/run.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { pageSteps } from './page-blocks.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/explain.md');
const main = `node ${join(projectRoot, 'build', 'src', 'main.js')}`;

describe('docs/explain.md', () => {
  const steps = pageSteps(page);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-explain-'));
  });

  after(async () => rm(folder, { recursive: true, force: true }));

  const run = async (line: string) =>
    runLine(line.replace('npx imagegate', main), { cwd: folder, env: cleanEnvironment() });

  for (const step of steps) {
    if ('path' in step) {
      it(`has ${step.path} saved`, async () => writeFile(join(folder, step.path), step.text, { flag: 'wx' }));
    } else {
      it(`${step.section}: ${step.line}`, async () => {
        const { code, output } = await run(step.line);
        expect(output).to.equal(step.output);
        expect(code).to.equal(/: denied\.$|"verdict": "denied"/m.test(output) ? 1 : 0);
      });
    }
  }

  it('has every kind of step', () => {
    expect(steps.map((step) => ('path' in step ? step.path : step.section))).to.deep.equal([
      'policy.yaml',
      'An image',
      'An image',
      'An image',
      'What holds in a namespace',
      'For programs',
    ]);
  });

  it('has a row for each option of the two commands', async () => {
    const optionsOf = async (command: string): Promise<readonly string[]> => {
      const { output } = await run(`${main} ${command} --help`);
      return [...output.matchAll(/^ {2}(?:(-n), )?(--\w+) /gm)].flatMap(([, short, long]) =>
        short === undefined ? [long!] : [short, long!],
      );
    };
    const [explain, policy] = [await optionsOf('explain'), await optionsOf('policy')];
    const rows = rowsUnder(page, 'option').map(([option, of]) => ({ options: codesIn(option), of: codesIn(of) }));
    expect(explain).to.deep.equal(rows.flatMap(({ options }) => options));
    expect(policy).to.deep.equal(rows.filter(({ of }) => of.length === 0).flatMap(({ options }) => options));
  });
});
