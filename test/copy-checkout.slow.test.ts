import { expect } from 'chai';
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { copyCheckout } from './copy-checkout.ts';
import { projectRoot } from './project-root.ts';
import { temporaryFolder } from './temporary-folder.ts';

const SOURCES = ['.gitignore', 'deploy/certificates.sh', 'deploy/webhook.yaml', 'src/log.ts', 'test/deploy/a.key'];

const hasGit = (): boolean => {
  try {
    return execFileSync('git', ['--version']).length > 0;
  } catch {
    return false;
  }
};

describe('copyCheckout', () => {
  const folder = temporaryFolder();
  const root = (): string => join(folder.path, 'sources');
  const copy = (): string => join(folder.path, 'copy');
  const write = async (file: string): Promise<void> => {
    await mkdir(dirname(join(root(), file)), { recursive: true });
    await writeFile(join(root(), file), file);
  };

  /** The files of the copy, in order. */
  const copied = async (): Promise<readonly string[]> => {
    const entries = await readdir(copy(), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map(({ parentPath, name }) => join(parentPath, name).slice(copy().length + 1)).toSorted();
  };

  /** A few sources, and something for each line of the project's .gitignore. */
  beforeEach(async () => {
    const patterns = (await readFile(join(projectRoot, '.gitignore'), 'utf8')).split('\n');
    const ignored = patterns.filter((line) => line !== '' && !line.startsWith('#'));
    expect(ignored).to.include.members(['node_modules/', 'deploy/*.key']);
    const files = ignored.map((pattern) => pattern.replace('*', 'x').replace(/\/$/, '/file'));
    for (const file of [...SOURCES, ...files]) await write(file);
    await cp(join(projectRoot, '.gitignore'), join(root(), '.gitignore'));
  });

  it('copies sources without .git, from an archive, and leaves out what git would ignore', async () => {
    await copyCheckout(copy(), { root: root() });
    expect(await copied()).to.deep.equal(SOURCES);
  });

  it('needs no git', async () => {
    await write('.git/HEAD');
    await copyCheckout(copy(), { root: root(), environment: { PATH: folder.path } });
    expect(await copied()).to.deep.equal(SOURCES);
  });

  it('copies sources that lie in a repository which ignores them', async function () {
    if (!hasGit()) this.skip();
    execFileSync('git', ['-C', folder.path, 'init', '--quiet']);
    await writeFile(join(folder.path, '.gitignore'), 'sources/');
    await copyCheckout(copy(), { root: root() });
    expect(await copied()).to.deep.equal(SOURCES);
  });

  it('asks git where there is one: what it ignores is left out', async function () {
    if (!hasGit()) this.skip();
    execFileSync('git', ['-C', root(), 'init', '--quiet']);
    // Only git knows of this one.
    await writeFile(join(root(), '.git', 'info', 'exclude'), 'mine');
    await write('mine');
    await copyCheckout(copy(), { root: root() });
    expect(await copied()).to.deep.equal(SOURCES);
  });
});
