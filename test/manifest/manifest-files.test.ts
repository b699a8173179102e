import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { itemsOfFile, manifestFiles } from '../../src/manifest/manifest-files.ts';
import { MistakesError, mistakeText } from '../../src/mistake/mistake.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { chunks, collected } from './chunks.ts';

const NAMES = [
  'b/c/d.yml',
  'a.yaml',
  'e.json',
  '.git/x.yaml',
  '.x.yaml',
  'node_modules/x.json',
  'b/.x/x.yaml',
  'x.txt',
  'yaml',
];

describe('manifestFiles', () => {
  const folder = temporaryFolder();

  it('finds all manifests below a folder, in their order, that are not hidden', async () => {
    for (const name of NAMES) {
      const path = join(folder.path, name);
      // oxlint-disable-next-line no-await-in-loop -- few
      await mkdir(dirname(path), { recursive: true });
      // oxlint-disable-next-line no-await-in-loop -- few
      await writeFile(path, '');
    }
    const found = await manifestFiles(folder.path);
    expect(found).to.deep.equal(['a.yaml', 'b/c/d.yml', 'e.json'].map((name) => join(folder.path, name)));
  });

  it('takes a file of any name, and the standard input', async () => {
    await writeFile(join(folder.path, '.any'), '');
    expect(await manifestFiles(join(folder.path, '.any'))).to.deep.equal([join(folder.path, '.any')]);
    expect(await manifestFiles('-')).to.deep.equal(['-']);
  });

  it('says what is not there', async () => {
    const error: unknown = await manifestFiles(join(folder.path, 'nowhere')).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(MistakesError);
    expect(String(error)).to.match(
      /nowhere: expected a file or a folder that can be read, in UTF-8, found ENOENT: .* Name a file/,
    );
  });
});

describe('itemsOfFile', () => {
  const folder = temporaryFolder();

  it('reads characters that are cut', async () => {
    const bytes = new TextEncoder().encode('{"apiVersion":"é😀","kind":"K"}');
    const items = await collected(itemsOfFile('-', chunks(...[...bytes].map((byte) => Uint8Array.of(byte)))));
    expect(items.map((item) => 'object' in item && item.object)).to.deep.equal([{ apiVersion: 'é😀', kind: 'K' }]);
  });

  for (const [what, bytes] of [
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0)],
    ['a character that is cut off', Uint8Array.of(0x61, 0x3a, 0x20, 0xc3)],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const [item] = await collected(itemsOfFile('-', chunks(bytes)));
      expect(item && 'mistake' in item && mistakeText(item.mistake)).to.match(
        /^standard input: expected a file or a folder that can be read, in UTF-8, found The encoded data was not valid/,
      );
    });
  }

  it('reads a file, or says why not', async () => {
    const path = join(folder.path, 'x.yaml');
    const missing = await collected(itemsOfFile(path, chunks()));
    expect(missing.map((item) => 'mistake' in item && item.mistake.found)[0]).to.match(/^ENOENT/);
    await writeFile(path, 'a: 1\n---\nb: 2\n');
    const [one, two] = await collected(itemsOfFile(path, chunks()));
    expect([one, two]).to.deep.equal([1, 2].map((line) => ({ skipped: { source: { name: path, line, column: 1 } } })));
    expect(await collected(itemsOfFile(path, chunks(), 'b:'))).to.deep.equal([two]);
  });
});
