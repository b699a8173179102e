import { expect } from 'chai';
import { eventLoopTurns } from '../event-loop-turns.ts';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { ask, goodRule, inWords, load, mistakesOf, ruleText, type RuleTexts } from './custom-rules.ts';
import { ruleFilesOf } from '../../src/config-map/config-map.ts';
import { findRuleFiles } from '../../src/rule-file/rule-files.ts';
import { loadCustomRules } from '../../src/sandbox/load-custom-rules.ts';
import { at, guessed, locationOf } from '../mistakes.ts';

const BROKEN = 'export const a = 1;\n\nconst b = ;';
const THROWING = "function f() {\n  throw new Error('boom');\n}\nf();";
const SCHEMA = `{ type: 'object', additionalProperties: false, properties: {
  tags: { type: 'array', items: { type: 'string', pattern: '^(a+)+$' }, default: ['a'], description: 'Tags.' } } }`;

const SYNTAX = /^Mend its syntax; a rule is an ES module/;
const TYPES = /^Mend its syntax; of TypeScript only types that can be erased are read\.$/;
const THROWN = /^Nothing may throw while a rule is imported/;
const NO_EXPORT = /^Import what that module exports/;
const NO_COMMON_JS = /^A rule is an ES module, also in a file that ends with \.js/;
const NODE = /^Nothing of Node's is there/;
const PACKAGE = /^An npm package must be bundled into a file beside the rule/;
const FOREIGN = /^Write that file beside the rule/;
const LOOP = /^A rule file only says what the rule is: keep loops and waiting out of it\.$/;

type Row = readonly [files: RuleTexts, where: string, found: RegExp, remedy: RegExp];

const FAILURES: Readonly<Record<string, Row>> = {
  'its own syntax': [{ 'a.js': 'const a = 1;\nexport default {\n  x: ,\n};' }, 'a.js:3:6', /^SyntaxError: /, SYNTAX],
  'the syntax of what it imports': [
    { 'a.js': "import './_b.js';", '_b.js': BROKEN },
    '_b.js:3:11',
    /^SyntaxError: /,
    SYNTAX,
  ],
  'the syntax of what that imports': [
    { 'a.js': "import './_b.js';", '_b.js': "import './_c.mjs';", '_c.mjs': BROKEN, '_d.js': BROKEN },
    '_c.mjs:3:11',
    /^SyntaxError: /,
    SYNTAX,
  ],
  'an export that is not there': [
    { 'a.js': "\nimport {\n  a,\n  nope } from './_b.js';", '_b.js': 'export const a = 1;' },
    'a.js:4:3',
    /Could not find export 'nope' in module '_b\.js'/,
    NO_EXPORT,
  ],
  'an export that what it imports lacks': [
    {
      '_0.js': ' '.repeat(1_048_577),
      'a.js': "import './_b.js';",
      '_b.js': "\n\nimport { nope } from './_c.js';",
      '_c.js': '',
    },
    '_b.js:3:10',
    /nope/,
    NO_EXPORT,
  ],
  'an export that is not there, and is passed on': [
    { 'a.js': "export { nope } from './_b.js';", '_b.js': '' },
    'a.js',
    /nope/,
    NO_EXPORT,
  ],
  'a default export that is not there': [
    { 'a.js': "import b from './_b.js';", '_b.js': '' },
    'a.js:1:1',
    /default/,
    NO_EXPORT,
  ],
  'an export that ours lacks': [{ 'a.js': "import { nope } from 'imagegate/rule';" }, 'a.js:1:10', /nope/, NO_EXPORT],
  'no default export': [{ 'a.js': 'export const a = 1;' }, 'a.js, default export', /^nothing$/, /export default/],
  'a file that is not there': [{ 'a.js': "import './_b.js';" }, 'a.js:1:8', /none of the files beside it$/, FOREIGN],
  'a file that is called a little differently': [
    { 'a.js': "import './_tag.js';", '_tags.js': '' },
    'a.js:1:8',
    /none of the files beside it$/,
    /^\.\/_tags\.js$/,
  ],
  'a module of Node': [{ 'a.js': "\nimport fs from 'node:fs';" }, 'a.js:2:16', /^an import of "node:fs"$/, NODE],
  'a package': [{ 'a.js': "import './_b.js';", '_b.js': "import 'x';" }, '_b.js:1:8', /^an import of "x"$/, PACKAGE],
  'our testing kit': [
    { 'a.js': "import 'imagegate/testing';" },
    'a.js:1:8',
    /^an import of "imagegate\/testing"$/,
    PACKAGE,
  ],
  'what surrounds it': [{ 'a.js': "import 'imagegate/rule-guest';" }, 'a.js:1:8', /^an import of/, PACKAGE],
  'JSON that is none': [
    { 'a.js': "import b from './b.json' with { type: 'json' };", 'b.json': '{' },
    'b.json',
    /JSON/,
    /^Mend the file: it must be JSON\.$/,
  ],
  'a helper in a subfolder': [{ 'a.js': "\n\nimport { x } from './lib/h.mjs';" }, 'a.js:3:19', /lib/, FOREIGN],
  'a helper outside of the folder': [{ 'a.mjs': '\nexport * from "../x.mjs";' }, 'a.mjs:2:15', /x\.mjs/, FOREIGN],
  'a helper by its path': [{ 'a.mjs': 'import "/etc/x.mjs";' }, 'a.mjs:1:8', /etc/, FOREIGN],
  'a helper whose name is put together': [{ 'a.js': "await import('./lib' + 'h.mjs');" }, 'a.js', /lib/, FOREIGN],
  'what it throws': [{ 'a.js': `\n${THROWING}` }, 'a.js:3:13', /^Error: boom$/, THROWN],
  'what throws in a file that it imports': [
    { 'a.js': "import './_b.js';", '_b.js': THROWING },
    '_b.js:2:13',
    /boom/,
    THROWN,
  ],
  'what throws of ours': [
    { 'a.js': "import { tagPatterns } from 'imagegate/rule';\ntagPatterns(['.bad']);" },
    'a.js:2:1',
    /^InvalidEntriesError/,
    THROWN,
  ],
  'a text that it throws': [{ 'a.js': "throw 'boom';" }, 'a.js', /^a value: boom$/, THROWN],
  'a rejection': [{ 'a.js': "await Promise.reject(new TypeError('no'));" }, 'a.js:1:26', /^TypeError: no$/, THROWN],
  'a module.exports': [{ 'a.js': '\nmodule.exports = {};' }, 'a.js:2:1', /module is not defined/, NO_COMMON_JS],
  'a require': [{ 'a.mjs': "\nconst fs = require('x');" }, 'a.mjs:2:12', /require is not defined/, NO_COMMON_JS],
  'a timer': [
    { 'a.js': 'setTimeout(() => {}, 1);' },
    'a.js:1:1',
    /setTimeout is not defined/,
    /^A rule answers at once/,
  ],
  'its process': [{ 'a.js': 'process.env.X;' }, 'a.js:1:1', /process is not defined/, /^A rule sees no process/],
  'what time it is': [
    { 'a.js': 'const now = Date.now();' },
    'a.js',
    /^one that asks what time it is$/,
    /read `context\.now` in check\.$/,
  ],
  'a loop': [{ 'a.js': 'for (;;);' }, 'a.js', /it used up its budget of 1,000,000 steps$/, LOOP],
  'what it waits for': [
    { 'a.js': 'await new Promise(() => {});' },
    'a.js',
    /it waits for something that never comes$/,
    LOOP,
  ],
  'microtasks without an end': [
    { 'a.js': '(function f() { Promise.resolve().then(f); })(); await 1;' },
    'a.js',
    /it used up its budget/,
    LOOP,
  ],
  'calls without an end': [{ 'a.js': 'function f() { f(); } f();' }, 'a.js', /(?:too deep|call stack)/, /./],
  'all of its memory': [{ 'a.js': 'new Uint8Array(2 ** 25);' }, 'a.js:1:5', /out of memory|memory/, THROWN],
  'a description that never ends': [
    { 'a.js': "export default { meta: { name: 'a', get description() { for (;;); } }, check() {} };" },
    'a.js',
    /it used up its budget/,
    LOOP,
  ],
  'what surrounds it, changed': [
    { 'a.js': `JSON.stringify = () => '{"mistakes":7}';\n${goodRule('a')}` },
    'a.js',
    /it changes what the language itself is made of$/,
    LOOP,
  ],
  'what surrounds it, broken': [
    { 'a.js': `JSON.stringify = () => '{';\nthrow 1;` },
    'a.js',
    /it changes what the language/,
    LOOP,
  ],
  'its TypeScript': [{ 'a.ts': 'const a: string = 1;\n\nenum X { a }\n' }, 'a.ts:3:1', /enum is not supported/, TYPES],
  'the TypeScript that it imports': [
    { 'a.mts': "import './_b.ts';", '_b.ts': '\n\nexport const y: = 5;' },
    '_b.ts:3:17',
    /./,
    TYPES,
  ],
  'TypeScript that is nested without an end': [
    { 'a.ts': '['.repeat(100_000), 'b.ts': 'const a: number = ;' },
    'a.ts',
    /^it is nested too deeply$/,
    TYPES,
  ],
  'the JavaScript that TypeScript imports': [
    { 'a.ts': "import './_b.js';\nconst a: string = 1;", '_b.js': BROKEN },
    '_b.js:3:11',
    /^SyntaxError/,
    SYNTAX,
  ],
  'a file that is too long': [{ 'a.js': ' '.repeat(1_048_577) }, 'a.js', /^it has 1048577 characters/, SYNTAX],
  'options that it does not prepare': [
    { 'a.js': "export default { meta: { name: 'a', description: 'X.' },\n prepare() { null.x; }, check() {} };" },
    'a.js, prepare',
    /^a\.js:2: cannot read property 'x' of null$/,
    /^Mend prepare\.$/,
  ],
  'a prepare that never ends': [
    { 'a.js': "export default { meta: { name: 'a', description: 'X.' }, prepare() { for (;;); }, check() {} };" },
    'a.js',
    /it used up its budget/,
    LOOP,
  ],
  'a schema that is none': [
    {
      'a.js':
        "export default { meta: { name: 'a', description: 'X.', schema: { type: 'object', additionalProperties: false, nope: 1 } }, check() {} };",
    },
    'a.js, meta.schema',
    /unknown keyword/,
    /^Mend the schema/,
  ],
};

/** Options of one rule, all from the same place. */
const optionsOf = (rule: string, ...all: readonly Readonly<Record<string, unknown>>[]) =>
  new Map([[rule, all.map((options) => ({ options, sources: { tags: at('policy.yaml:1:2 tags') } }))]]);

describe('loadCustomRules', () => {
  const folder = temporaryFolder();

  it('loads rules of every kind of file, with what lies beside them', async () => {
    const { rules } = await load(folder.path, {
      'a.js': goodRule('a'),
      'b.mjs': `import { word } from './_word.js';\nimport list from './list.json' with { type: 'json' };\n${ruleText('b', "return [{ problem: word + list.__proto__, remedy: 'x' }];")}`,
      '_word.js': "export const word = 'is bad';",
      'list.json': '{ "__proto__": 7, "x": "\\u2028" }',
      'c.ts': `import { defineRule, type ImageReference } from 'imagegate/rule';
        import { word } from './_word.ts';
        const of = (image: ImageReference): string => image.repository;
        export default defineRule({ meta: { name: 'c', description: 'X.', action: 'warn' }, check: (image) => [{ problem: of(image) + word, remedy: 'x' }] });`,
      '_word.ts': "export const word: string = ' is bad';",
    });
    expect(rules.map(({ name, description, action }) => [name, description, action])).to.deep.equal([
      ['a', 'X.', undefined],
      ['b', 'X.', undefined],
      ['c', 'X.', 'warn'],
    ]);
    expect(rules.map((rule) => inWords(ask(rule, 'x:bad').answer))).to.deep.equal(['is bad', 'is bad7', 'x is bad']);
  });

  it('takes texts that are not on disk, and what is mounted from a ConfigMap', async () => {
    const texts = {
      'a.js': `import { tag } from './_tags.js';\n${ruleText('a', "return image.tag === tag ? [{ problem: 'is bad', remedy: 'y' }] : [];")}`,
      '_tags.js': "export const tag = 'bad';",
    };
    const path = 'ConfigMap of-rules/a.js';
    const inMemory = await load(
      folder.path,
      {},
      { files: [{ name: 'a', path, realpath: path, siblings: { ...texts, RULE_A: 'warn' } }] },
    );
    await mountConfigMap(folder.path, texts);
    for (const { rules } of [inMemory, await load(folder.path, {})]) {
      expect(inWords(ask(rules[0], 'x:bad').answer)).to.equal('is bad');
    }
  });

  it('prepares each of the options, with defaults and matchers', async () => {
    const text = `import { defineRule, tagPatterns } from 'imagegate/rule';
      export default defineRule({ meta: { name: 'a', description: 'X.', schema: ${SCHEMA} },
        prepare: ({ tags }) => ({ tags, patterns: tagPatterns(tags) }),
        check: (image, { tags, patterns }) => patterns.matches(image.tag) ? [{ problem: 'is ' + tags, remedy: 'x' }] : [] });`;
    const { rules } = await load(folder.path, { 'a.js': text }, { options: optionsOf('a', {}, { tags: ['aa'] }) });
    const said = (place: number) => ['x:a', 'x:aa'].map((image) => inWords(ask(rules[0], image, {}, place).answer));
    expect([said(0), said(1)]).to.deep.equal([
      ['is a', ''],
      ['', 'is aa'],
    ]);
  });

  it('prepares each of the options once, and remembers what is said under each', async () => {
    const text = `export default { meta: { name: 'a', description: 'X.', schema: ${SCHEMA} },
      prepare: ({ tags }) => console.log('prepares', tags), check() {} };`;
    const options = optionsOf('a', {}, { tags: ['a'] }, { tags: ['aa'] });
    const { rules, printed, watched } = await load(folder.path, { 'a.js': text }, { options });
    expect(printed).to.deep.equal(['["a"]', '["a"]', '["aa"]'].map((tags) => `a info: prepares ${tags}`));
    for (const place of [0, 0, 1, 2, 2]) ask(rules[0], 'x', {}, place);
    expect(watched.map((line) => line.split(' ')[1])).to.deep.equal([
      'asked',
      'remembered',
      'asked',
      'asked',
      'remembered',
    ]);
  });

  it('tells what is wrong with options, once, and never lets a pattern of theirs run on', async () => {
    const texts = {
      'a.js': `export default { meta: { name: 'a', description: 'X.', schema: ${SCHEMA} }, check() {} };`,
      'b.js': goodRule('b'),
    };
    for (const [options, where, found] of [
      [optionsOf('a', { tags: ['b'] }, { tags: ['b'] }), 'policy.yaml:1:2 tags, entry 1', '"b"'],
      [optionsOf('a', { tag: 1 }), `${join(folder.path, 'a.js')}, option tag`, '1'],
      [optionsOf('b', { tags: 1 }), 'policy.yaml:1:2 tags', '1'],
      [
        optionsOf('a', { tags: [`${'a'.repeat(40)}b`] }),
        join(folder.path, 'a.js'),
        'one that did not come to its end: it used up its budget of 1,000,000 steps',
      ],
    ] as const) {
      const mistakes = await mistakesOf(folder.path, texts, { options });
      expect(mistakes.map((mistake) => [locationOf(mistake), mistake.found])).to.deep.equal([[at(where), found]]);
    }
  });

  it('refuses names that are taken', async () => {
    const texts = { 'a.js': goodRule('a'), 'a.mjs': goodRule('a'), 'empty-tag.js': goodRule('empty-tag') };
    const takenNames = new Map([['empty-tag', 'the built-in rules']]);
    const mistakes = await mistakesOf(folder.path, texts, { takenNames });
    expect(mistakes.map(({ code, source }) => [code, source.name])).to.deep.equal([
      ['rule-name-taken', join(folder.path, 'a.mjs')],
      ['rule-name-taken', join(folder.path, 'empty-tag.js')],
    ]);
  });

  it('says of which ConfigMap a file is that is not on disk', async () => {
    const texts = { 'a.js': '{', 'b.js': "import './_part.js';", 'c.js': 'export default 1;', '_part.js': 'x x' };
    const { mistakes } = await loadCustomRules({
      files: ruleFilesOf({ data: texts }, 'mine'),
      takenNames: new Map(),
      options: new Map(),
      watch: { print: () => {} },
    });
    expect(mistakes.map(locationOf)).to.deep.equal([
      at('ConfigMap mine/a.js:1:2', { configMap: 'mine' }),
      at('ConfigMap mine/_part.js:1:3', { configMap: 'mine' }),
      at('ConfigMap mine/c.js, default export', { configMap: 'mine' }),
    ]);
  });

  it('has the rules that could be loaded beside what is wrong with the others', async () => {
    const texts = { 'a.js': goodRule('a'), 'a.mjs': goodRule('a'), 'b.js': '{', 'empty-tag.js': goodRule('empty-tag') };
    await Promise.all(Object.entries(texts).map(async ([name, text]) => writeFile(join(folder.path, name), text)));
    const { rules, mistakes } = await loadCustomRules({
      files: await findRuleFiles(folder.path),
      takenNames: new Map([['empty-tag', 'the built-in rules']]),
      options: new Map(),
      watch: { print: () => {} },
    });
    expect(rules.map(({ name }) => name)).to.deep.equal(['a']);
    expect(mistakes.map(({ code }) => code)).to.deep.equal([
      'rule-name-taken',
      'rule-file-unloadable',
      'rule-name-taken',
    ]);
  });

  for (const [what, [files, where, found, remedy]] of Object.entries(FAILURES)) {
    it(`tells the place of ${what}, and what to do`, async () => {
      const [mistake] = await mistakesOf(folder.path, files);
      expect(locationOf(mistake!)).to.deep.equal(at(join(folder.path, where)));
      expect(mistake?.found).to.match(found);
      expect(guessed(mistake!).remedy).to.match(remedy);
    });
  }

  it('tells every mistake of every file, also behind one that ends what strips types', async () => {
    const mistakes = await mistakesOf(folder.path, {
      'a.ts': '['.repeat(100_000),
      'b.ts': 'const a: number = ;',
      'c.js': "export default { meta: { name: 'd', desciption: 'X.' }, prepair() {}, check: 1 };",
      'd.ts': `const a: number = 1;\n${goodRule('d')}`,
    });
    expect(mistakes.map(locationOf)).to.deep.equal(
      [
        'a.ts',
        'b.ts:1:19',
        'c.js, prepair',
        'c.js, meta.desciption',
        'c.js, meta.name',
        'c.js, meta.description',
        'c.js, check',
      ].map((text) => at(join(folder.path, text))),
    );
    expect(mistakes[2]?.guess).to.equal('prepare');
  });

  it('tells what cannot be read', async () => {
    await mkdir(join(folder.path, 'd'));
    await symlink(join(folder.path, 'nowhere.js'), join(folder.path, '_gone.js'));
    await writeFile(join(folder.path, 'a.js'), "import './_gone.js';");
    const [mistake] = await mistakesOf(folder.path, {});
    expect(mistake).to.deep.include({ ...at(join(folder.path, '_gone.js')), found: 'it cannot be read: ENOENT' });
  });

  it('lets others have their turn between files and steps', async () => {
    const turns = await eventLoopTurns(async () => load(folder.path, { 'a.js': goodRule('a'), 'b.js': goodRule('b') }));
    expect(turns).to.be.at.least(6);
  });

  it('has instances enough for many rulesets', async () => {
    for (let time = 0; time < 30; time++) {
      const { rules } = await load(
        folder.path,
        Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`${name}.js`, goodRule(name)])),
      );
      expect(inWords(ask(rules[4], `x${time}:bad`).answer)).to.equal('is bad');
    }
  });
});
