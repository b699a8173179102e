import { expect } from 'chai';
import { mkdir, readlink, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mistake, MistakesError } from '../../src/mistake/mistake.ts';
import { findRuleFiles } from '../../src/rule-file/rule-files.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { at } from '../mistakes.ts';

const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await findRuleFiles(folder)).map(({ name }) => name);

const mistakesOf = async (folder: string): Promise<readonly Mistake[]> =>
  findRuleFiles(folder).then(
    () => [],
    (error: MistakesError) => error.mistakes,
  );

describe('findRuleFiles', () => {
  const folder = temporaryFolder();
  const write = async (...names: readonly string[]): Promise<void> => {
    await Promise.all(names.map(async (name) => writeFile(join(folder.path, name), '')));
  };

  it('finds all four extensions, by name', async () => {
    await write('d.mts', 'b.mjs', 'c.ts', 'a.js');
    expect(await findRuleFiles(folder.path)).to.deep.equal([
      { name: 'a', path: join(folder.path, 'a.js'), realpath: join(folder.path, 'a.js') },
      { name: 'b', path: join(folder.path, 'b.mjs'), realpath: join(folder.path, 'b.mjs') },
      { name: 'c', path: join(folder.path, 'c.ts'), realpath: join(folder.path, 'c.ts') },
      { name: 'd', path: join(folder.path, 'd.mts'), realpath: join(folder.path, 'd.mts') },
    ]);
  });

  it('passes over what a compiler puts beside a rule', async () => {
    await write('a.js', 'a.js.map', 'a.d.ts', 'a.d.mts', 'a.d.ts.map');
    expect(await namesIn(folder.path)).to.deep.equal(['a']);
  });

  it('passes over names that begin with a dot or an underscore, and other extensions', async () => {
    await write('a.js', '.b.js', '_c.js', '..d.js', 'e.cjs', 'f.json', 'g.js.bak', 'README.md', 'js', '.js', 'h.JS');
    expect(await namesIn(folder.path)).to.deep.equal(['a']);
  });

  it('takes other names as they are: what is wrong with them is for the operator to know', async () => {
    await write('B.js', 'a.test.js', 'a b.js');
    expect(await namesIn(folder.path)).to.deep.equal(['B', 'a b', 'a.test']);
  });

  it('passes over folders, whatever they are called', async () => {
    await write('a.js');
    await Promise.all(['b', 'c.js', 'lost+found'].map(async (name) => mkdir(join(folder.path, name))));
    await writeFile(join(folder.path, 'b', 'd.js'), '');
    await symlink('b', join(folder.path, 'e.js'));
    expect(await namesIn(folder.path)).to.deep.equal(['a']);
  });

  it('finds nothing in an empty folder', async () => {
    expect(await findRuleFiles(folder.path)).to.deep.equal([]);
  });

  describe('in a mounted ConfigMap', () => {
    it('finds the symlinks, and where they end', async () => {
      await mountConfigMap(folder.path, { 'b.js': '', 'a.mjs': '', '_d.js': '', 'notes.txt': '' });
      const payload = join(folder.path, await readlink(join(folder.path, '..data')));
      expect(await findRuleFiles(folder.path)).to.deep.equal([
        { name: 'a', path: join(folder.path, 'a.mjs'), realpath: join(payload, 'a.mjs') },
        { name: 'b', path: join(folder.path, 'b.js'), realpath: join(payload, 'b.js') },
      ]);
    });

    it('finds other ends after an update, and what came and went', async () => {
      await mountConfigMap(folder.path, { 'a.js': '1', 'b.js': '1' });
      const [before] = await findRuleFiles(folder.path);
      await mountConfigMap(folder.path, { 'a.js': '2', 'c.js': '2' });
      const after = await findRuleFiles(folder.path);
      expect(after.map(({ name }) => name)).to.deep.equal(['a', 'c']);
      expect(after[0]?.path).to.equal(before?.path);
      expect(after[0]?.realpath).to.not.equal(before?.realpath);
    });
  });

  it('tells a folder that is not there', async () => {
    const missing = join(folder.path, 'missing');
    expect(await mistakesOf(missing)).to.deep.equal([
      {
        code: 'rules-folder-unreadable',
        ...at(`rules folder ${missing}`),
        expected: 'a folder of rule files that can be read',
        found: `ENOENT: no such file or directory, scandir '${missing}'`,
        remedy: 'Check RULES_DIR, what is mounted there, and that the user of the process may read it.',
      },
    ]);
  });

  it('tells a file in place of the folder', async () => {
    await write('a.js');
    const [mistake] = await mistakesOf(join(folder.path, 'a.js'));
    expect(mistake).to.deep.include({ code: 'rules-folder-unreadable' });
    expect(mistake?.found).to.match(/^ENOTDIR/);
  });

  it('tells a symlink that ends nowhere: a rule is missing', async () => {
    await write('a.js', 'gone.js');
    await symlink('gone.js', join(folder.path, 'b.js'));
    await unlink(join(folder.path, 'gone.js'));
    const [mistake] = await mistakesOf(folder.path);
    expect(mistake?.found).to.equal(`ENOENT: no such file or directory, stat '${join(folder.path, 'b.js')}'`);
  });
});
