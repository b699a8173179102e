import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../test/project-root.ts';

const MAIN = join(projectRoot, 'build', 'bench', 'main.js');

const run = async (...args: readonly string[]) => promisify(execFile)(process.execPath, [MAIN, ...args]);

// It judges whether the benchmark works, never how fast anything is.
describe('the benchmark', function () {
  this.timeout(120_000);

  it('measures both servers in every scenario, and judges every bound', async () => {
    const { stdout, stderr } = await run('--rounds', '1', '--seconds', '0.1', '--no-bounds');
    expect(stderr).to.equal('');
    const rows = stdout.split('\n').filter((line) => /^\| (?:allowed|denied) /.test(line));
    const heads = rows.map((row) =>
      row
        .split('|')
        .slice(1, 4)
        .map((cell) => cell.trim())
        .join(' '),
    );
    const expected = ['1', '8', '64'].flatMap((concurrency) =>
      ['allowed', 'denied'].flatMap((verdict) =>
        ['bare', 'ImageGate'].map((server) => `${verdict} ${concurrency} ${server}`),
      ),
    );
    expect(heads).to.deep.equal(expected);
    for (const row of rows) expect(row).to.match(/(?:\| +\d+(?:\.\d+)?(?: %)? *){6}\|$/);
    expect(stdout).to.match(
      /^a custom rule that objects to nothing:\n(?: {2}concurrency \d: p50 .* requests a second\n){2} {2}three of them, .*: -?\d+ MiB more\n/m,
    );
    expect(stdout).to.match(
      /^\d+ checks without an end, of \d+ kinds, 20 a second:\n {2}p99 of the others .*ms \(without them /m,
    );
    expect(stdout).to.match(/^a mutation, in the CPU time of .*:\n {2}all images rewritten: [\d.]+, none: [\d.]+\n/m);
    expect(stdout.match(/^(?:ok|MISSED) /gm)).to.have.lengthOf(17);
  });

  it('has a help, and refuses what it does not know', async () => {
    expect((await run('--help')).stdout)
      .to.include('--rounds')
      .and.include('bench/README.md');
    const error = await run('--rounds', 'many').catch((thrown: unknown) => thrown as { code: number; stderr: string });
    expect(error).to.deep.include({ code: 1 });
    expect((error as { stderr: string }).stderr).to.include('It must be a number above 0.');
  });
});
