import { expect } from 'chai';
import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fixFile } from '../../src/fix/fix-file.ts';
import { mistakeText } from '../../src/mistake/mistake.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const edit = (name: string, found = 'a:1') => ({
  source: { name, line: 2, column: 8 },
  found,
  written: 'docker.io/a:1',
});

describe('fixFile', () => {
  const folder = temporaryFolder();
  const TEXT = '\uFEFF# é\r\nimage: a:1\r\n';

  it('writes into the file that a link leads to, and keeps its mode and all else', async () => {
    const [path, link] = [join(folder.path, 'a.yaml'), join(folder.path, 'b.yaml')];
    await writeFile(path, TEXT);
    await chmod(path, 0o666);
    await symlink('a.yaml', link);
    expect(await fixFile(link, [edit(link)])).to.equal(undefined);
    expect(await readFile(path, 'utf8')).to.equal(TEXT.replace('a:1', 'docker.io/a:1'));
    expect((await stat(path)).mode & 0o777).to.equal(0o666);
    expect((await readdir(folder.path)).toSorted()).to.deep.equal(['a.yaml', 'b.yaml']);
  });

  it('writes nothing where the file has something else, or is not there', async () => {
    const path = join(folder.path, 'c.yaml');
    await writeFile(path, TEXT);
    const told = await fixFile(path, [edit(path), edit(path, 'b:1')]);
    expect(mistakeText(told!)).to.equal(
      `${path}: expected a file that can be written, found no b:1 in line 2, which it had before. Nothing of it was fixed: try again. [manifest-unfixed]`,
    );
    expect(await readFile(path, 'utf8')).to.equal(TEXT);
    expect((await fixFile(join(folder.path, 'd.yaml'), []))!.found).to.match(/^ENOENT/);
  });

  it('writes nothing into what is not UTF-8', async () => {
    const path = join(folder.path, 'e.yaml');
    await writeFile(path, Buffer.from([0xff, 0x0a]));
    expect((await fixFile(path, []))!.code).to.equal('manifest-unfixed');
    expect(await readFile(path)).to.deep.equal(Buffer.from([0xff, 0x0a]));
  });
});
