import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesDigest, foldersDigest } from '../../src/ruleset/files-digest.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const FILES = { BLOCKED_TAGS: 'latest', 'policy.yaml': 'rules: {}\n', 'mine.js': 'é' };

describe('the digest of files', () => {
  const folder = temporaryFolder();

  it('is the same in any order, and another where anything differs', () => {
    const reversed = Object.fromEntries(Object.entries(FILES).toReversed());
    const digest = filesDigest(FILES);
    expect(digest)
      .to.match(/^sha256:[0-9a-f]{64}$/)
      .and.equal(filesDigest(reversed));
    const { BLOCKED_TAGS: _, ...fewer } = FILES;
    for (const others of [fewer, { ...FILES, BLOCKED_TAGS: 'dev' }, { ...FILES, x: '' }, {}])
      expect(filesDigest(others)).not.to.equal(digest);
  });

  it('does not count what is hidden', () => {
    expect(filesDigest({ ...FILES, '.x': 'y' })).to.equal(filesDigest(FILES));
  });

  it('is that of a ConfigMap, mounted or as it is stored', async () => {
    const path = join(folder.path, 'mounted');
    await mountConfigMap(path, FILES);
    expect(await foldersDigest([path])).to.equal(filesDigest(FILES));
  });

  it('is that of two folders, of which the later counts', async () => {
    const [one, other] = ['one', 'other'].map((name) => join(folder.path, name)) as [string, string];
    for (const [path, text] of [
      [one, '1'],
      [other, '2'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- two
      await mkdir(path);
      // oxlint-disable-next-line no-await-in-loop
      await writeFile(join(path, 'same'), text);
    }
    await writeFile(join(one, 'more'), '3');
    expect(await foldersDigest([one, other])).to.equal(filesDigest({ same: '2', more: '3' }));
    expect(await foldersDigest([])).to.equal(filesDigest({}));
  });
});
