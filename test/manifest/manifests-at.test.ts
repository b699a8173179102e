import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestItem } from '../../src/manifest/manifest-items.ts';
import { manifestsAt } from '../../src/manifest/manifests-at.ts';
import { Namespaces } from '../../src/manifest/namespaces.ts';
import { mistakeText } from '../../src/mistake/mistake.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const object = (name: string, kind = 'Pod', labels = '{}'): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}, labels: ${labels} }\n`;

const EXEMPT = object('shop', 'Namespace', "{ imagegate/disable-filtering: 'true' }");

const textOf = (item: ManifestItem): string => {
  if ('mistake' in item) return mistakeText(item.mistake);
  return 'skipped' in item ? 'skipped' : `${item.object.kind} ${(item.object['metadata'] as { name: string }).name}`;
};

describe('manifestsAt', () => {
  const folder = temporaryFolder();

  /** The items of paths in the folder, where `a/` has these files. */
  const itemsOf = async (
    paths: readonly string[],
    files: Readonly<Record<string, string>>,
    { stdin = '', asks = false } = {},
  ): Promise<readonly string[]> => {
    await mkdir(join(folder.path, 'a'));
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder.path, 'a', name), text)));
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(stdin);
    }
    const namespaces = new Namespaces();
    const found: string[] = [];
    const whole = paths.map((path) => (path === '-' ? path : join(folder.path, path)));
    for await (const item of manifestsAt(whole, bytes(), namespaces)) {
      found.push(textOf(item).replaceAll(`${folder.path}/`, ''));
      if (asks && 'object' in item) found.push(`exempt: ${namespaces.labelsOf('shop').isExempt}`);
    }
    return found;
  };

  it('has what is in files and folders in their order, each file once', async () => {
    const files = { 'b.yaml': object('b'), 'a.json': `${object('a')}---\nx: 1\n` };
    expect(await itemsOf(['a/b.yaml', 'a', '-'], files, { stdin: object('c') })).to.deep.equal([
      'Pod b',
      'Pod a',
      'skipped',
      'Pod c',
    ]);
  });

  it('tells of Namespaces in files ahead of all objects', async () => {
    expect(await itemsOf(['a'], { 'a.yaml': object('a'), 'b.yaml': EXEMPT }, { asks: true })).to.deep.equal([
      'Pod a',
      'exempt: true',
      'Namespace shop',
      'exempt: true',
    ]);
  });

  it('has a mistake for a Namespace on the standard input that changes what was said before', async () => {
    expect(await itemsOf(['-'], {}, { stdin: `${object('a')}---\n${EXEMPT}`, asks: true })).to.deep.equal([
      'Pod a',
      'exempt: false',
      'standard input:4:1: expected a Namespace before what is in it, as its labels say how that is judged, found it after that. Put it first. [manifest-invalid]',
      'Namespace shop',
      'exempt: true',
    ]);
  });

  it('goes on after what cannot be read', async () => {
    const [nowhere, broken, ...rest] = await itemsOf(['nowhere', 'a'], { 'x.yaml': `a: "b\n---\n${object('a')}` });
    expect(nowhere).to.match(/^nowhere: expected a file or a folder /);
    expect(broken).to.match(/^a\/x\.yaml:2:1: expected YAML 1\.2, /);
    expect(rest).to.deep.equal(['Pod a']);
  });

  for (const [what, text] of [
    ['empty', ''],
    ['of something else', 'x: 1\n'],
  ] as const) {
    it(`has a mistake where all is ${what}`, async () => {
      expect((await itemsOf(['a', '-'], { 'x.yaml': text })).at(-1)).to.equal(
        'a, standard input: expected Kubernetes objects, found none. Look whether what should write them, such as helm template, has failed. [manifest-invalid]',
      );
    });
  }
});
