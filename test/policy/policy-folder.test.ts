import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPolicyFolder } from '../../src/policy/policy-folder.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const REMEDY = 'Check that the ConfigMap is mounted there and that the user of the process may read it.';

describe('readPolicyFolder', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  const texts = async (): Promise<Readonly<Record<string, string>>> => {
    const { keys, mistakes } = await readPolicyFolder(folder.path);
    expect(mistakes).to.deep.equal([]);
    return Object.fromEntries([...keys].map(([key, { text }]) => [key, text]));
  };

  it('reads a file a key, as it is, and knows where it is', async () => {
    await writeFile(at('B_KEY'), ' x,y \n');
    await writeFile(at('A_KEY'), '');
    const { keys } = await readPolicyFolder(folder.path);
    expect([...keys]).to.deep.equal([
      ['A_KEY', { text: '', source: { name: 'A_KEY', in: at('A_KEY') } }],
      ['B_KEY', { text: ' x,y \n', source: { name: 'B_KEY', in: at('B_KEY') } }],
    ]);
  });

  it('reads an empty folder', async () => {
    expect(await texts()).to.deep.equal({});
  });

  it('reads a mounted ConfigMap, and after an update what is new', async () => {
    await mountConfigMap(folder.path, { BLOCKED_TAGS: 'old', GONE: '1' });
    expect(await texts()).to.deep.equal({ BLOCKED_TAGS: 'old', GONE: '1' });
    await mountConfigMap(folder.path, { BLOCKED_TAGS: 'new', ADDED: '2' });
    expect(await texts()).to.deep.equal({ BLOCKED_TAGS: 'new', ADDED: '2' });
  });

  it('passes over names that begin with a dot', async () => {
    await writeFile(at('.hidden'), 'x');
    await writeFile(at('..hidden'), 'x');
    await mkdir(at('.folder'));
    expect(await texts()).to.deep.equal({});
  });

  it('passes over code: where rules are in the same folder, those are rules', async () => {
    for (const name of ['a.js', 'b.mjs', 'c.ts', 'd.mts', '_shared.js', 'e.d.ts']) await writeFile(at(name), 'x');
    for (const name of ['f.json', 'js', 'g.cjs']) await writeFile(at(name), 'x');
    expect(Object.keys(await texts())).to.deep.equal(['f.json', 'g.cjs', 'js']);
  });

  it('tells code where rules are not in the same folder: nobody would load it', async () => {
    for (const name of ['b.mjs', 'a.ts', '.hidden.js']) await writeFile(at(name), 'x');
    expect((await readPolicyFolder(folder.path, false)).mistakes).to.deep.equal(
      ['a.ts', 'b.mjs'].map((name) => ({
        code: 'policy-key-unknown',
        source: { name, in: at(name) },
        expected: 'a key that the policy has',
        found: `"${name}"`,
        remedy: 'If it is a rule, set RULES_DIR to this folder too, or move it to where RULES_DIR is.',
      })),
    );
  });

  it('has nothing without a folder', async () => {
    expect(await readPolicyFolder(undefined)).to.deep.equal({ keys: new Map(), mistakes: [] });
  });

  it('tells a folder that is not there', async () => {
    const missing = at('missing');
    expect(await readPolicyFolder(missing)).to.deep.equal({
      keys: new Map(),
      mistakes: [
        {
          code: 'policy-folder-unreadable',
          source: { name: `POLICY_DIR ${missing}` },
          expected: 'a folder that can be read',
          found: `ENOENT: no such file or directory, scandir '${missing}'`,
          remedy: REMEDY,
        },
      ],
    });
  });

  it('tells every file that cannot be read, and reads the others', async () => {
    await writeFile(at('B_KEY'), 'b');
    await mkdir(at('A_FOLDER'));
    await mkdir(at('C_FOLDER'));
    const { keys, mistakes } = await readPolicyFolder(folder.path);
    expect([...keys.keys()]).to.deep.equal(['B_KEY']);
    expect(mistakes).to.deep.equal(
      ['A_FOLDER', 'C_FOLDER'].map((name) => ({
        code: 'policy-folder-unreadable',
        source: { name: at(name) },
        expected: 'a file that can be read',
        found: 'EISDIR: illegal operation on a directory, read',
        remedy: REMEDY,
      })),
    );
  });
});
