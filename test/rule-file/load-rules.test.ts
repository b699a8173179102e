import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mistake, MistakesError } from '../../src/mistake/mistake.ts';
import { loadRules } from '../../src/rule-file/load-rules.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { at, locationOf } from '../mistakes.ts';

const BUILT_IN = join(projectRoot, 'build', 'rules');

const ruleText = (name: string, remedy = 'Do better.'): string => `export default {
  meta: { name: '${name}', description: 'X.' },
  check: () => [{ problem: 'is bad', remedy: '${remedy}' }],
};`;

const namesOf = (rules: readonly AnyRule[]): readonly string[] => rules.map(({ meta }) => meta.name);

const mistakesOf = async (folder: string): Promise<readonly Mistake[]> =>
  loadRules(folder).then(
    () => [],
    (error: MistakesError) => error.mistakes,
  );

describe('loadRules', () => {
  const folder = temporaryFolder();
  const write = async (files: Readonly<Record<string, string>>, within = ''): Promise<string> => {
    const target = join(folder.path, within);
    await mkdir(target, { recursive: true });
    await Promise.all(Object.entries(files).map(async ([name, text]) => writeFile(join(target, name), text)));
    return target;
  };

  it('loads the built-in rules from their folder', async () => {
    const names = namesOf(await loadRules(BUILT_IN));
    expect(names).to.include.members(['blocked-tags', 'empty-tag', 'registry-allowlist']);
    expect(names).to.deep.equal(names.toSorted());
  });

  it('loads a path with characters that mean something in a URL', async () => {
    const strange = await write({ 'a.js': ruleText('a') }, 'a #?%20 ü');
    expect(namesOf(await loadRules(strange))).to.deep.equal(['a']);
  });

  describe('below the package', () => {
    const inside = temporaryFolder(join(projectRoot, 'build'));

    it('loads rules that import imagegate/rule, as the built-in ones do', async () => {
      const text = `import { defineRule } from 'imagegate/rule';\nexport default defineRule({ meta: { name: 'a', description: 'X.' }, check: () => [] });`;
      await writeFile(join(inside.path, 'a.js'), text);
      expect(namesOf(await loadRules(inside.path))).to.deep.equal(['a']);
    });
  });

  describe('from a mounted ConfigMap', () => {
    it('loads what is mounted, and after an update what is new', async () => {
      await mountConfigMap(folder.path, { 'a.js': ruleText('a', 'Old.') });
      const [before] = await loadRules(folder.path);
      await mountConfigMap(folder.path, { 'a.js': ruleText('a', 'New.') });
      const [after] = await loadRules(folder.path);
      const remedies = [before, after].map((rule) => rule?.check(undefined as never, {}, undefined as never));
      expect(remedies).to.deep.equal([
        [{ problem: 'is bad', remedy: 'Old.' }],
        [{ problem: 'is bad', remedy: 'New.' }],
      ]);
    });
  });

  it('refuses a folder from which no rule comes', async () => {
    await write({ 'README.md': '', '_a.js': ruleText('_a'), '.b.js': ruleText('.b') });
    expect(await mistakesOf(folder.path)).to.deep.equal([
      {
        code: 'rules-folder-empty',
        ...at(`rules folder ${folder.path}`),
        expected: 'at least one rule file (.js, .mjs, .ts or .mts)',
        found: 'none',
        remedy: 'Put a rule there; names that begin with "_" or "." are no rules.',
      },
    ]);
  });

  it('refuses a folder that is not there', async () => {
    const [mistake, ...others] = await mistakesOf(join(folder.path, 'missing'));
    expect(mistake?.code).to.equal('rules-folder-unreadable');
    expect(others).to.deep.equal([]);
  });

  it('refuses files that cannot be imported, and says why', async () => {
    await write({
      'broken.js': 'export default {',
      'importing.js': "import 'no-such-package';\nexport default {};",
      'throwing.js': "throw new RangeError('out of range');",
      'throwing-text.js': "throw 'no reason';",
    });
    const mistakes = await mistakesOf(folder.path);
    expect(mistakes.map(({ source }) => source.name)).to.deep.equal(
      ['broken.js', 'importing.js', 'throwing-text.js', 'throwing.js'].map((name) => join(folder.path, name)),
    );
    const [broken, importing, throwingText, throwing] = mistakes;
    expect(broken).to.deep.include({
      code: 'rule-file-unloadable',
      expected: 'a module that can be imported',
      remedy: 'Mend the file, and build it anew.',
    });
    expect([broken, importing, throwingText, throwing].map((mistake) => mistake?.found)).to.deep.equal([
      'Unexpected end of input',
      `Cannot find package 'no-such-package' imported from ${join(folder.path, 'importing.js')}`,
      'no reason',
      'out of range',
    ]);
  });

  it('tells every mistake of every file at once', async () => {
    await write({ 'a.js': ruleText('not-a'), 'b.js': 'export default {', 'c.js': 'export const rule = 1;' });
    const mistakes = await mistakesOf(folder.path);
    expect(mistakes.map((mistake) => [mistake.code, locationOf(mistake)])).to.deep.equal([
      ['rule-file-invalid', at(`${join(folder.path, 'a.js')}, meta.name`)],
      ['rule-file-unloadable', at(join(folder.path, 'b.js'))],
      ['rule-file-invalid', at(`${join(folder.path, 'c.js')}, default export`)],
    ]);
  });
});
