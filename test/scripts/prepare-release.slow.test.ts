import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { appendFile, cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VERSION_PLACES } from '../../scripts/version-places.ts';
import { copyCheckout } from '../copy-checkout.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const run = promisify(execFile);
const script = join(projectRoot, 'build', 'scripts', 'prepare-release.js');

interface Ended {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run prepare-release', () => {
  const folder = temporaryFolder();
  const read = async (file: string): Promise<string> => readFile(join(folder.path, file), 'utf8');
  const all = async (): Promise<readonly string[]> =>
    Promise.all([...VERSION_PLACES.map(([file]) => file), 'CHANGELOG.md'].map(read));
  const prepare = async (...args: readonly string[]): Promise<Ended> =>
    run(process.execPath, [script, ...args, '--in', folder.path]).catch((error: Ended) => error);

  beforeEach(async () => copyCheckout(folder.path));

  it('sets the version everywhere, as the tests of the repository want it, and moves the changes under it', async () => {
    const before = await read('CHANGELOG.md');
    await writeFile(
      join(folder.path, 'CHANGELOG.md'),
      before.replace('## [Unreleased]\n', '$&\n### Added\n\n- This.\n'),
    );
    const { stderr, stdout } = await prepare('99.0.1', '--date', '2031-02-03');
    expect(stderr).to.equal('');
    expect(stdout).to.match(/^written: package\.json\nwritten: package-lock\.json\n/);
    expect(stdout).to.include("git commit --all --message 'Release 99.0.1'\n  git tag v99.0.1\n");
    expect(await read('CHANGELOG.md')).to.include(
      '\n## [Unreleased]\n\n## [99.0.1] - 2031-02-03\n\n### Added\n\n- This.\n',
    );

    await cp(join(projectRoot, 'build'), join(folder.path, 'build'), { recursive: true });
    await symlink(join(projectRoot, 'node_modules'), join(folder.path, 'node_modules'), 'junction');
    const tests = ['repository/version', 'deploy/manifests'].map((name) => `build/test/${name}.test.js`);
    const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', ...tests];
    const options = { cwd: folder.path, env: cleanEnvironment() };
    const { stdout: passed } = await run(process.execPath, mocha, options).catch((error: Ended) => error);
    expect(passed)
      .to.match(/^ {2}[1-9]\d* passing/m)
      .and.not.match(/failing/);
    expect(passed).to.include('is that of deploy/deployment.yaml');
  });

  for (const [what, version, change, says] of [
    ['a word', 'v2', undefined, 'VERSION: expected three numbers, as in 0.2.0, found "v2".\n'],
    ['a pre-release', '1.0.0-rc1', undefined, 'expected three numbers'],
    ['an older one', '0.0.9', undefined, /^VERSION: expected one after \d+\.\d+\.\d+, found 0\.0\.9\./],
    ['a place that has another', '99.0.1', 'README.md', /^README\.md: expected \S+ in 2 places, found 0\./],
    ['no changes', '99.0.1', 'CHANGELOG.md', 'CHANGELOG.md: expected changes under [Unreleased], found none.'],
  ] as const) {
    it(`refuses ${what}, and writes nothing`, async () => {
      const other = { 'README.md': ':9.9.9', 'CHANGELOG.md': '## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n' };
      if (change === 'README.md') {
        const text = await read(change);
        await writeFile(join(folder.path, change), text.replaceAll(/(?<=imagegate-webhook):\S+/g, other[change]));
      } else if (change !== undefined) await writeFile(join(folder.path, change), other[change]);
      const before = await all();
      const { code, stdout, stderr } = await prepare(version);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      if (typeof says === 'string') expect(stderr).to.include(says);
      else expect(stderr).to.match(says);
      expect(await all()).to.deep.equal(before);
    });
  }

  it('tells all that is wrong at once', async () => {
    await appendFile(join(folder.path, 'deploy', 'kustomization.yaml'), '    newTag: 9.9.9\n');
    await writeFile(join(folder.path, 'CHANGELOG.md'), 'Nothing.\n');
    const { stderr } = await prepare('0.0.1', '--date', 'today');
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).to.deep.equal(['VERSION', '--date', 'CHANGELOG.md']);
  });
});
