import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CustomRules } from '../../src/engine/evaluate-custom.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { goodRule, readsTypeScript, ruleText, start, startMistakes, taskOf, told } from './custom-rules.ts';
import { BAD_CHECKS } from './bad-checks.ts';

const GOOD = ['a-good', 'z-good'];
const IMAGES = ['x:1', 'x:bad'];
/** How often each bad rule is met; by hand more often, as `BAD_RULE_TIMES=50`. */
const TIMES = Number(process.env['BAD_RULE_TIMES'] ?? 2);
/** How many other requests there are to each bad one. */
const OTHERS = 20;
/** What a rule may use, and what one may try to make of it. */
const IMPORTS = ['crypto', 'path', 'querystring', 'url', 'util']
  .map((name) => `import ${name} from 'node:${name}';`)
  .concat("import { StringDecoder } from 'node:string_decoder';")
  .join(' ');
const TELL = "return [{ problem: JSON.stringify(told), remedy: 'x' }];";
const TAMPERING = [
  "Buffer.prototype.toString = () => 'x'",
  'Buffer.from = () => 1',
  'globalThis.Buffer = {}',
  "Object.defineProperty(URL.prototype, 'hostname', { value: 'x' })",
  'globalThis.URL = {}',
  'TextEncoder.prototype.encode = () => []',
  'globalThis.TextDecoder = {}',
  "path.basename = () => 'x'",
  "path.win32.basename = () => 'x'",
  'querystring.parse = () => ({})',
  'url.fileURLToPath = () => 1',
  'util.inspect = () => 1',
  'crypto.createHash = () => 1',
  'crypto.Hash.prototype.digest = () => 1',
  'StringDecoder.prototype.write = () => 1',
  'performance.now = () => 0',
  'Event.prototype.preventDefault = () => {}',
  'Blob.prototype.slice = () => 1',
  'globalThis.structuredClone = () => 1',
  'globalThis.process = {}',
];
const TRUTHS = [
  "Buffer.from('aGk=', 'base64').toString() === 'hi'",
  "new URL('https://a.b/c').hostname === 'a.b'",
  "new TextDecoder().decode(new TextEncoder().encode('ä')) === 'ä'",
  "path.basename('/a/b') + path.win32.basename('a\\\\c') === 'bc'",
  "querystring.parse('a=b').a === 'b'",
  "url.fileURLToPath('file:///a') === '/a'",
  "util.inspect({ a: 1 }) === '{ a: 1 }' && util.types.isDate(new Date())",
  "crypto.createHash('sha1').update('').digest('hex').startsWith('da39a3')",
  "new StringDecoder('utf8').write(Buffer.from('ä')) === 'ä'",
  'performance.now() > 0',
  "new Event('x').preventDefault() === undefined && new Blob(['ab']).slice(1).size === 1",
  'structuredClone(new Map([[1, 2]])).get(1) === 2',
  "console.log('x') === undefined && console.group('x') === undefined && console.groupEnd() === undefined",
];
const GOOD_ANSWER = ['a-good 1: is bad', 'z-good 1: is bad'];

describe('startCustomRules', () => {
  const folder = temporaryFolder();
  let open: CustomRules[] = [];
  const started: typeof start = async (...given) => {
    const result = await start(...given);
    open.push(result.rules);
    return result;
  };
  /** With one worker: that takes half the time, where nothing is to be said of several. */
  const alone: typeof start = async (path, texts, options) =>
    started(path, texts, { limits: { workers: 1 }, ...options });
  afterEach(async () => {
    await Promise.all(open.map(async (rules) => rules.close()));
    open = [];
  });

  describe('loading', () => {
    it('asks each rule about each image, and tells what they say', async () => {
      const { rules } = await alone(folder.path, {
        'a-good.js': goodRule('a-good'),
        'b.mjs': ruleText('b', 'return;'),
      });
      expect(rules.names).to.deep.equal(['a-good', 'b']);
      expect(await rules.judge(taskOf(IMAGES, ['a-good', 'b']))).to.deep.equal([
        { rule: 'a-good', image: 1, violations: [{ problem: 'is bad', remedy: 'Mend it.' }] },
      ]);
    });

    it('takes texts that are not on disk, with what they import of each other', async () => {
      const beside = {
        'a.js': `import { tag } from './_tags.js';\n${ruleText('a', "return image.tag === tag ? [{ problem: 'x', remedy: 'y' }] : [];")}`,
        '_tags.js': "export const tag = 'bad';",
        RULE_A: 'warn',
      };
      const path = 'ConfigMap of-rules/a.js';
      const files = [{ name: 'a', path, realpath: path, beside }];
      const { rules } = await alone(folder.path, {}, { files });
      expect(await rules.judge(taskOf(IMAGES, ['a']))).to.deep.equal([
        { rule: 'a', image: 1, violations: [{ problem: 'x', remedy: 'y' }] },
      ]);
    });

    it('gives a rule what the engine gives one in the main thread, frozen', async () => {
      const check = `
        const frozen = [image, context, context.userInfo, context.userInfo.groups, context.workload.labels, context.container]
          .every(Object.isFrozen);
        return [{ problem: JSON.stringify({ image, context, frozen, has: 'tag' in image && 'namespace' in context }), remedy: 'x' }];`;
      const { rules } = await alone(folder.path, { 'a.js': ruleText('a', check) });
      const task = taskOf(['quay.io/x'], ['a']);
      const [judgement] = await rules.judge(task);
      const seen = JSON.parse((judgement as unknown as { violations: { problem: string }[] }).violations[0]!.problem);
      expect(seen).to.deep.equal(
        JSON.parse(
          JSON.stringify({
            image: task.images[0]!.reference,
            context: { ...task.request, container: task.images[0]!.container },
            frozen: true,
            has: true,
          }),
        ),
      );
    });

    it('prepares the options of each selection', async () => {
      const text = `import { defineRule, tagPatterns } from 'imagegate/rule';
        export default defineRule({
          meta: { name: 'a', description: 'X.', schema: { type: 'object', additionalProperties: false,
            properties: { tags: { type: 'array', items: { type: 'string' }, default: ['none'], description: 'X.' } } } },
          prepare: ({ tags }) => ({ tags, patterns: tagPatterns(tags) }),
          check: (image, { tags, patterns }) => patterns.matches(image.tag) ? [{ problem: 'is ' + tags, remedy: 'x' }] : [],
        });`;
      const settings = [new Map(), new Map([['a', { options: { tags: ['b*'] }, sources: {} }]])];
      const { rules } = await alone(folder.path, { 'a.js': text }, { settings });
      expect(told(await rules.judge(taskOf(['x:bad', 'x:none'], ['a'], { selection: 0 })))).to.deep.equal([
        'a 1: is none',
      ]);
      expect(told(await rules.judge(taskOf(['x:bad', 'x:none'], ['a'], { selection: 1 })))).to.deep.equal([
        'a 0: is b*',
      ]);
    });

    it('tells mistakes in options once, however many selections have them', async () => {
      const bad = new Map([['a', { options: { nope: 1 }, sources: {} }]]);
      const mistakes = await startMistakes(folder.path, { 'a.js': goodRule('a') }, { settings: [bad, bad, new Map()] });
      expect(mistakes.map(({ code, where }) => [code, where])).to.deep.equal(
        [['option-invalid', 'rule a, option nope, nope']].map(([c]) => [c, mistakes[0]!.where]),
      );
    });

    it('loads TypeScript', async function () {
      if (!readsTypeScript) this.skip();
      const text = `import { defineRule, type ImageReference } from 'imagegate/rule';
        import { word } from './_word.ts';
        const of = (image: ImageReference): string => image.repository;
        export default defineRule({ meta: { name: 'a', description: 'X.' }, check: (image) => [{ problem: of(image) + word, remedy: 'x' }] });`;
      const { rules } = await alone(folder.path, {
        'a.ts': text,
        '_word.ts': "export const word: string = ' is bad';",
      });
      expect(told(await rules.judge(taskOf(['x'], ['a'])))).to.deep.equal(['a 0: x is bad']);
    });

    it('says that a Node cannot read TypeScript', async function () {
      if (readsTypeScript) this.skip();
      const [mistake, ...more] = await startMistakes(folder.path, {
        'a.ts': goodRule('a'),
        'b.js': 'export default 1',
      });
      expect(mistake).to.deep.include({ code: 'rule-file-unloadable', where: join(folder.path, 'a.ts') });
      expect(mistake?.remedy).to.match(/^This Node \(v\d.*\) cannot read TypeScript/);
      expect(more.map(({ code }) => code)).to.deep.equal(['rule-file-invalid']);
    });

    it('has each new worker load what the first one did, when the files are gone', async () => {
      const files = {
        'a.js': `import { word } from './_word.js';\n${ruleText('a', "if (image.tag === 'exit') process.exit(); return [{ problem: word, remedy: 'x' }];")}`,
        '_word.js': "export const word = 'is old';",
      };
      await mountConfigMap(folder.path, files);
      const { rules, ends } = await started(folder.path, {}, { limits: { breakerDeaths: 100 } });
      await mountConfigMap(folder.path, { 'b.js': 'export default 1' });
      for (let i = 1; i <= 5; i += 1) {
        await rules.judge(taskOf(['x:exit'], ['a'], { ms: 3000 }));
        await until(() => ends.length >= i, 'the end of a worker', 2000);
      }
      expect(told(await rules.judge(taskOf(['x:1'], ['a'], { ms: 3000 })))).to.deep.equal(['a 0: is old']);
    });

    it('refuses names that are taken', async () => {
      const texts = { 'a.js': goodRule('a'), 'a.mjs': goodRule('a'), 'empty-tag.js': goodRule('empty-tag') };
      const takenNames = new Map([['empty-tag', 'the built-in rules']]);
      const mistakes = await startMistakes(folder.path, texts, { takenNames });
      expect(mistakes.map(({ code, where, found }) => [code, where, found])).to.deep.equal([
        ['rule-name-taken', join(folder.path, 'a.mjs'), `"a", which is the rule of ${join(folder.path, 'a.js')}`],
        ['rule-name-taken', join(folder.path, 'empty-tag.js'), '"empty-tag", which is the rule of the built-in rules'],
      ]);
    });

    const SYNTAX = 'Mend the file; `node --check` shows where its syntax breaks.';
    const TYPES = 'Mend its syntax; of TypeScript only types that can be erased are read.';
    const THROWN = 'Nothing may throw while a rule is imported: mend what does, or leave it to prepare or check.';
    const NOT_THERE = 'A rule can import "imagegate/rule", what Node brings, and files that are beside it.';
    const NO_EXPORT = 'Import what that module exports; before a type, TypeScript needs the word "type".';
    const NO_COMMON_JS =
      'A rule is an ES module, also in a file that ends with .js: write `export default` and `import`.';
    const FOREIGN =
      'Write that file beside the rule, as .js, .mjs, .ts, .mts or .json: those are watched, and a ConfigMap has no folders.';
    const BROKEN = 'export const a = 1;\n\nconst b = ;';
    const THROWING = "function f() {\n  throw new Error('boom');\n}\nf();";
    type Failure = readonly [files: Readonly<Record<string, string>>, where: string, remedy: string];
    const FAILURES: Readonly<Record<string, Failure>> = {
      'its own syntax': [{ 'a.js': 'const a = 1;\nexport default {\n  x: ,\n};' }, 'a.js:3', SYNTAX],
      'the syntax of what it imports': [{ 'a.js': "import './_b.js';", '_b.js': BROKEN }, '_b.js:3', SYNTAX],
      'the syntax of what that imports': [
        { 'a.js': "import './_b.js';", '_b.js': "import './_c.mjs';", '_c.mjs': BROKEN, '_d.js': BROKEN },
        '_c.mjs:3',
        SYNTAX,
      ],
      'an export that is not there': [
        { 'a.js': "\nimport { nope } from './_b.js';", '_b.js': BROKEN.slice(0, 20) },
        'a.js:2',
        NO_EXPORT,
      ],
      'an export that what it imports lacks': [
        { 'a.js': "import './_b.js';", '_b.js': "\n\nimport { nope } from './_c.js';", '_c.js': '' },
        '_b.js:3',
        NO_EXPORT,
      ],
      'a file that is not there': [{ 'a.js': "import './_b.js';" }, 'a.js', NOT_THERE],
      'a package that what it imports lacks': [
        { 'a.js': "import './_b.js';", '_b.js': "import 'x';" },
        '_b.js',
        NOT_THERE,
      ],
      'JSON that is none': [
        { 'a.js': "import b from './b.json' with { type: 'json' };", 'b.json': '{' },
        'b.json',
        'Mend the file: it must be JSON.',
      ],
      'a helper in a subfolder': [
        { 'a.js': "import path from 'node:path';\n\nimport { x } from './lib/h.mjs';" },
        'a.js:3',
        FOREIGN,
      ],
      'a helper outside of the folder': [{ 'a.mjs': '\nexport * from "../x.mjs";' }, 'a.mjs:2', FOREIGN],
      'a helper in a subfolder of what it imports': [
        { 'a.js': "import './_b.js';", '_b.js': "\nawait import('./lib/h.mjs');" },
        '_b.js:2',
        FOREIGN,
      ],
      'a helper in a subfolder, whose name is put together': [
        { 'a.js': "await import('./lib/' + 'h.mjs');" },
        'a.js',
        FOREIGN,
      ],
      'a file beside it that is not read': [
        { 'a.js': "\nimport './_b.cjs';", '_b.cjs': 'module.exports = 1;' },
        'a.js:2',
        FOREIGN,
      ],
      'what it throws': [{ 'a.js': `\n${THROWING}` }, 'a.js:3', THROWN],
      'what throws in a file that it imports': [{ 'a.js': "import './_b.js';", '_b.js': THROWING }, '_b.js:2', THROWN],
      'what throws of ours': [
        { 'a.js': "import { tagPatterns } from 'imagegate/rule';\ntagPatterns(['.bad']);" },
        'a.js:2',
        THROWN,
      ],
      'a SyntaxError that it throws': [{ 'a.js': "\nJSON.parse('{');" }, 'a.js:2', THROWN],
      'a module.exports': [{ 'a.js': '\nmodule.exports = {};' }, 'a.js:2', NO_COMMON_JS],
      'an exports': [{ 'a.mjs': '\nexports.check = () => {};' }, 'a.mjs:2', NO_COMMON_JS],
      'a require in what it imports': [
        { 'a.js': "import './_b.js';", '_b.js': "\nrequire('x');" },
        '_b.js:2',
        NO_COMMON_JS,
      ],
      'a text that it throws': [{ 'a.js': "throw 'boom';" }, 'a.js', THROWN],
      ...(readsTypeScript && {
        'its TypeScript': [{ 'a.ts': 'const a: string = 1;\n\nenum X { a }\n' }, 'a.ts:3', TYPES],
        'the TypeScript that it imports': [
          { 'a.mts': "import './_b.ts';", '_b.ts': '\n\nexport const y: = 5;' },
          '_b.ts:3',
          TYPES,
        ],
        'the JavaScript that TypeScript imports': [
          { 'a.ts': "import './_b.js';\nconst a: string = 1;", '_b.js': BROKEN },
          '_b.js:3',
          SYNTAX,
        ],
        'JavaScript that what it imports is none of': [
          { 'a.ts': "import './_b.ts';", '_b.ts': 'const a: string = 1;\nlet a: number;' },
          '_b.ts:2',
          TYPES,
        ],
      }),
    };
    for (const [what, [files, where, remedy]] of Object.entries(FAILURES)) {
      it(`tells the place of ${what}, and what to do`, async () => {
        const mistakes = await startMistakes(folder.path, files);
        expect(mistakes.map((mistake) => [mistake.where, mistake.remedy])).to.deep.equal([
          [join(folder.path, where), remedy],
        ]);
        expect(mistakes[0]?.code).to.equal('rule-file-unloadable');
      });
    }

    it('tells the place of a text that is not on disk', async () => {
      const beside = { 'a.js': "import './_b.js';", '_b.js': BROKEN, 'c.js': THROWING };
      const files = ['a', 'c'].map((name) => {
        const path = `ConfigMap of-rules/${name}.js`;
        return { name, path, realpath: path, beside };
      });
      const mistakes = await startMistakes(folder.path, {}, { files });
      expect(mistakes.map(({ where }) => where)).to.deep.equal([
        'ConfigMap of-rules/_b.js:3',
        'ConfigMap of-rules/c.js:2',
      ]);
    });

    it('refuses a helper in a subfolder, whether it is there or not, and says what was found', async () => {
      await mkdir(join(folder.path, 'lib'));
      await writeFile(join(folder.path, 'lib', 'h.mjs'), 'export const x = 1;');
      const mistakes = await startMistakes(folder.path, {
        'a.js': `import './lib/h.mjs';\n${goodRule('a')}`,
        'b.js': `import './lib/none.mjs';\n${goodRule('b')}`,
        'c.js': `import '${pathToFileURL(join(folder.path, 'lib', 'h.mjs')).href}';\n${goodRule('c')}`,
      });
      expect(mistakes.map(({ where }) => where)).to.deep.equal(
        ['a.js:1', 'b.js:1', 'c.js:1'].map((place) => join(folder.path, place)),
      );
      expect(mistakes[0]?.found).to.equal('an import of "./lib/h.mjs", which is none of the files beside it');
    });

    it('takes packages, with the files and folders in them', async () => {
      const inPackage = join(folder.path, 'node_modules', 'words');
      await mkdir(join(inPackage, 'lib'), { recursive: true });
      await writeFile(join(inPackage, 'package.json'), '{ "type": "module", "exports": { "./*": "./*" } }');
      await writeFile(join(inPackage, 'index.js'), "export { bad } from './lib/bad.js';");
      await writeFile(join(inPackage, 'lib', 'bad.js'), "export const bad = 'bad';");
      const check = "return [bad, again].includes(image.tag) ? [{ problem: 'is bad', remedy: 'x' }] : [];";
      const { rules } = await alone(folder.path, {
        'a.js': ruleText(
          'a',
          check,
          "import { bad } from 'words/index.js'; import { bad as again } from './node_modules/words/lib/bad.js';",
        ),
      });
      expect(told(await rules.judge(taskOf(IMAGES, ['a'])))).to.deep.equal(['a 1: is bad']);
    });

    it('tells a mistake in what several rules import once', async () => {
      const texts = { 'a.js': "import './_c.js';", 'b.js': "import './_c.js';", '_c.js': BROKEN };
      const mistakes = await startMistakes(folder.path, texts);
      expect(mistakes.map(({ where }) => where)).to.deep.equal([join(folder.path, '_c.js:3')]);
    });

    it('names the file of a rule that the engine refuses', async () => {
      const asRule = (meta: string, prepare: string): string =>
        `export default { meta: { name: 'a', description: 'X.', ${meta} }, prepare() { ${prepare} }, check() {} };`;
      for (const [text, part] of [
        [asRule("schema: { type: 'object', additionalProperties: false, propertys: {} }", ''), 'meta.schema'],
        [asRule("schema: { type: 'object', additionalProperties: false, $async: true }", ''), 'meta.schema.$async'],
        [asRule('', "throw new Error('boom')"), 'prepare'],
        [asRule('', 'return Promise.resolve({})'), 'prepare'],
        [asRule('', "return Promise.reject(new Error('boom'))"), 'prepare'],
      ] as const) {
        const mistakes = await startMistakes(folder.path, { 'a.js': text });
        expect(mistakes.map(({ where }) => where)).to.deep.equal([`${join(folder.path, 'a.js')}, ${part}`]);
      }
    });

    it('stops when the time for all files is over, and says so', async () => {
      const texts = Object.fromEntries(['a.js', 'b.js', 'c.js', 'd.js'].map((name) => [name, 'for (;;);']));
      const mistakes = await startMistakes(folder.path, texts, { limits: { loadMs: 1000, validateMs: 1500 } });
      expect(mistakes.map(({ where, found, mayPass }) => [where, found, mayPass])).to.deep.equal([
        [
          join(folder.path, 'a.js'),
          'one that was not imported, with its prepare, when the 1 s for all files were over',
          true,
        ],
        [
          join(folder.path, 'b.js'),
          'one that was not tried to its end, nor were the 2 after it, since the others took the 1.5 s that there are to try all',
          true,
        ],
      ]);
    });

    it('tells the mistakes of all files, also past those that end their worker', async () => {
      const texts = {
        'a.js': 'process.exit();',
        'b.js': 'export default {};',
        'c.js': 'for (;;);',
        'd.js': "throw new RangeError('no');",
        'e.js': 'const all = []; for (;;) all.push(new Array(1e6).fill(all.length));',
        'f.js': 'await new Promise(() => {});',
        'g.js': 'export const nothing = 1;',
      };
      const mistakes = await startMistakes(folder.path, texts, { limits: { loadMs: 1500, validateMs: 20_000 } });
      const of = (file: string): readonly string[] =>
        mistakes.filter(({ where }) => where.includes(`/${file}`)).map(({ found }) => found);
      const late = 'one that was not imported, with its prepare, when the 1.5 s for all files were over';
      expect(of('a.js')).to.deep.equal(['one that ends its process']);
      expect(of('b.js')).to.deep.equal(['nothing', 'nothing']);
      expect(of('c.js')).to.deep.equal([late]);
      expect(of('d.js')).to.deep.equal(['RangeError: no']);
      expect(of('e.js')[0]).to.be.oneOf(['one that uses more memory than a rule may', late]);
      expect(of('f.js')).to.deep.equal([late]);
      expect(of('g.js')).to.deep.equal(['nothing']);
      // What took too long may do on another day; nothing else may.
      for (const { found, mayPass } of mistakes) expect(mayPass, found).to.equal(found === late || undefined);
    });

    const CHANGES: Readonly<Record<string, string>> = {
      'Array.prototype.map': 'Array.prototype.map = () => [];',
      'Object.prototype': 'Object.prototype.problem = 1;',
      'JSON.stringify': "JSON.stringify = () => 'x';",
      JSON: 'globalThis.JSON = {};',
      'String.prototype': "String.prototype.slice = () => '';",
      'Promise.prototype': 'Object.defineProperty(Promise.prototype, "then", { value: 1 });',
      'Buffer.from': 'Buffer.from = () => 1;',
      Buffer: 'globalThis.Buffer = {};',
      'URL.canParse': 'URL.canParse = () => true;',
      'URLSearchParams.prototype': 'URLSearchParams.prototype.get = () => null;',
      'TextEncoder.prototype': 'TextEncoder.prototype.encode = () => [];',
      'AbortController.prototype': 'AbortController.prototype.abort = () => {};',
      performance: 'performance.now = () => 0;',
      console: 'console.log = () => {};',
      'node:path': "import path from 'node:path'; path.win32.basename = () => 'x';",
      'node:util': "import util from 'node:util'; util.types.isDate = () => true;",
      'node:crypto': "import crypto from 'node:crypto'; crypto.Hash.prototype.update = () => {};",
      'what all rules import':
        "import { InvalidEntriesError } from 'imagegate/rule'; InvalidEntriesError.prototype.x = 1;",
    };
    it('refuses each file that changes what is not its own, and names it', async () => {
      const changing = Object.values(CHANGES).map((code, index): [string, string] => [
        `b-${String(index).padStart(2, '0')}`,
        code,
      ]);
      const texts = changing.map(([name, code]) => [`${name}.js`, `${code}\n${goodRule(name)}`]);
      const mistakes = await startMistakes(folder.path, { 'a.js': goodRule('a'), ...Object.fromEntries(texts) });
      expect(mistakes.map(({ where, code }) => [where, code])).to.deep.equal(
        changing.map(([name]) => [join(folder.path, `${name}.js:1`), 'rule-file-unloadable']),
      );
      for (const { where, found } of mistakes) expect(found, where).to.match(/^TypeError: Cannot /);
    });

    it('leaves to each rule the true functions, whatever another one tries', async () => {
      const tries = TAMPERING.map((code) => `try { ${code}; told.push(${JSON.stringify(code)}); } catch {}`).join('\n');
      const { rules } = await alone(folder.path, {
        'a-bad.js': ruleText('a-bad', `const told = [];\n${tries}\n${TELL}`, IMPORTS),
        'b-good.js': ruleText('b-good', `const told = [\n${TRUTHS.join(',\n')}\n];\n${TELL}`, IMPORTS),
      });
      expect(told(await rules.judge(taskOf(['x'], ['a-bad', 'b-good'])))).to.deep.equal([
        'a-bad 0: []',
        `b-good 0: ${JSON.stringify(TRUTHS.map(() => true))}`,
      ]);
    });
  });

  describe('a bad rule', () => {
    for (const [what, [check, failure]] of Object.entries(BAD_CHECKS)) {
      it(`that ${what} is named within a second, and changes nothing else`, async () => {
        const texts = {
          'a-good.js': goodRule('a-good'),
          'bad.js': ruleText('bad', check),
          'z-good.js': `console.log('starts');${goodRule('z-good')}`,
        };
        // Past so many deaths, the breaker would answer for the rule.
        const { rules, lines, ends } = await started(folder.path, texts, { limits: { breakerDeaths: TIMES + 1 } });
        const starts = (): number => lines.filter(({ fields }) => fields['text'] === 'starts').length;
        const allAreBack = (): boolean => starts() >= 3 + ends.length;
        const answeredAfter: number[] = [];
        const others: Promise<readonly [readonly string[], number]>[] = [];
        const asking = setInterval(() => {
          const from = performance.now();
          others.push(
            rules.judge(taskOf(IMAGES, GOOD)).then((answer) => [told(answer), performance.now() - from] as const),
          );
        }, 10);
        try {
          for (let time = 0; time < TIMES; time += 1) {
            const since = performance.now();
            // oxlint-disable-next-line no-await-in-loop -- one at a time
            const answer = await rules.judge(taskOf(IMAGES, ['a-good', 'bad', 'z-good']));
            answeredAfter.push(performance.now() - since);
            expect(told(answer.filter(({ rule }) => rule !== 'bad'))).to.have.members(GOOD_ANSWER);
            const failures = answer.filter(({ rule }) => rule === 'bad');
            expect(failures.map(({ image }) => image)).to.deep.equal([0, 1]);
            for (const judgement of failures) expect((judgement as { failure: string }).failure).to.match(failure);
            const isOver = (): boolean => allAreBack() && others.length >= (time + 1) * OTHERS;
            // oxlint-disable-next-line no-await-in-loop -- one bad request at a time
            await until(isOver, 'other requests, and workers in place of those that ended', 10_000);
          }
        } finally {
          clearInterval(asking);
        }
        const answers = await Promise.all(others);
        // In any order: on a busy machine one may have been cut short, and asked again.
        for (const [other] of answers) expect(other).to.have.members(GOOD_ANSWER);
        const times = answers.map(([, ms]) => ms).toSorted((x, y) => x - y);
        const [p99, slowest] = [times[Math.floor(times.length * 0.99)]!, Math.max(...answeredAfter)];
        expect(slowest).to.be.below(1000);
        console.log(`        after ${slowest.toFixed(0)} ms at most; ${times.length} others, p99 ${p99.toFixed(1)} ms`);
      }).timeout(30_000 + TIMES * 2500);
    }

    it('in TypeScript is named as well', async function () {
      if (!readsTypeScript) this.skip();
      const { rules } = await started(folder.path, {
        'a-good.js': goodRule('a-good'),
        'bad.ts': ruleText('bad', 'const x: number = 1; for (;;) ;'),
      });
      expect(told(await rules.judge(taskOf(IMAGES, ['bad', 'a-good'])))).to.have.members([
        'a-good 1: is bad',
        'bad 0 failed: it did not answer in time',
        'bad 1 failed: it did not answer in time',
      ]);
    });

    for (const [what, [check, failure]] of Object.entries({
      'leaves a promise that is rejected': ["void Promise.reject(new Error('late')); return [];", 'rejected'],
      'calls an async function that throws': [
        "void (async () => { await null; throw new Error('late'); })(); return [];",
        'rejected',
      ],
      'rejects with a text': ["void Promise.reject('late'); return [{ problem: 'x', remedy: 'y' }];", 'rejected'],
      'throws in a microtask': ["queueMicrotask(() => { throw new Error('late'); }); return [];", 'thrown'],
      'throws in a microtask of its own': ["process.nextTick(() => { throw 'late'; }); return [];", 'thrown'],
    } as const)) {
      it(`that ${what} has failed at every image, and ends no worker`, async () => {
        const { rules, ends } = await started(folder.path, {
          'a-good.js': goodRule('a-good'),
          'bad.js': ruleText('bad', check),
          'z-good.js': goodRule('z-good'),
        });
        const words = { rejected: 'it left a promise that was rejected', thrown: 'it threw after it had returned' };
        const failures = [0, 1].map((image) => `bad ${image} failed: ${words[failure]}: late`);
        const expected = ['a-good 1: is bad', ...failures, 'z-good 1: is bad'];
        for (let i = 0; i < 20; i += 1) {
          expect(told(await rules.judge(taskOf(IMAGES, ['a-good', 'bad', 'z-good'])))).to.deep.equal(expected);
        }
        expect(ends).to.deep.equal([]);
      });
    }

    it('that says something on the channel of its worker ends nothing but that worker', async () => {
      const said = [
        'process.send({})',
        // Where Node keeps it.
        'process._send(null)',
        "process._send({ kind: 'rule', judgements: 5, last: true })",
        "process._send({ kind: 'log', level: 'nope', message: {}, fields: 5 })",
      ];
      const cases = said.map((code, index) => `if (image.tag === '${index}') ${code};`).join('\n');
      const { rules } = await started(folder.path, {
        'a-good.js': goodRule('a-good'),
        'bad.js': ruleText('bad', `${cases} return [];`),
        'z-good.js': goodRule('z-good'),
      });
      for (const index of said.keys()) {
        // oxlint-disable-next-line no-await-in-loop
        await rules.judge(taskOf([`x:${index}`], ['bad']));
        // oxlint-disable-next-line no-await-in-loop
        expect(told(await rules.judge(taskOf(IMAGES, GOOD))), said[index]).to.have.members(GOOD_ANSWER);
      }
      expect(told(await rules.judge(taskOf(['x:0'], ['bad']))).join()).to.match(/^bad 0 failed: .*process\.send/);
    });

    for (const [what, late] of Object.entries({
      'throws in a timer': "throw 'late';",
      'throws in an immediate of a timer': "setImmediate(() => { throw 'late'; });",
      'rejects in a timer': "Promise.reject(new Error('late'));",
      'prints in a timer': "console.log('late');",
    })) {
      it(`that ${what} is logged with its name, though another rule has its turn, of which it changes no verdict`, async () => {
        const { rules, lines, ends } = await started(folder.path, {
          'a-bad.js': ruleText('a-bad', `setTimeout(() => { ${late} }, 40); return [];`),
          'z-good.js': ruleText(
            'z-good',
            "for (const from = Date.now(); Date.now() - from < 60; ); return [{ problem: 'is bad', remedy: 'x' }];",
          ),
        });
        for (let i = 0; i < 3; i += 1) {
          expect(told(await rules.judge(taskOf(['x:1'], ['a-bad', 'z-good'])))).to.deep.equal(['z-good 0: is bad']);
        }
        const lateLines = () => lines.filter(({ fields }) => fields['text'] === 'late');
        await until(() => lateLines().length === 3, 'the lines of the log', 2000);
        for (const { fields } of lateLines()) expect(fields).to.deep.equal({ rule: 'a-bad', text: 'late' });
        expect(ends).to.deep.equal([]);
      });
    }

    it('whose file left a timer that throws is logged with its name', async () => {
      const ahead = "setTimeout(() => { throw new Error('late'); }, 20);";
      const { lines } = await started(folder.path, {
        'a-good.js': goodRule('a-good'),
        'bad.js': ruleText('bad', 'return [];', ahead),
      });
      const lateLine = () => lines.find(({ fields }) => fields['text'] === 'late');
      await until(() => lateLine() !== undefined, 'the line of the log', 2000);
      expect(lateLine()?.fields).to.deep.equal({ rule: 'bad', text: 'late' });
    });

    it('that has a listener for rejections, which exits, ends no worker while there are none', async () => {
      const { rules, ends } = await started(folder.path, {
        'a-good.js': goodRule('a-good'),
        'bad.js': ruleText('bad', 'return [];', "process.on('unhandledRejection', () => process.exit());"),
      });
      for (let i = 0; i < 3; i += 1) {
        expect(told(await rules.judge(taskOf(IMAGES, ['a-good', 'bad'])))).to.deep.equal(['a-good 1: is bad']);
      }
      expect(ends).to.deep.equal([]);
    });

    it('that exits in a timer takes nobody with it', async () => {
      const { rules, ends } = await started(folder.path, {
        'a-good.js': goodRule('a-good'),
        'bad.js': ruleText('bad', 'setTimeout(() => process.exit()); return [];'),
      });
      for (let i = 0; i < 10; i += 1) {
        expect(told(await rules.judge(taskOf(IMAGES, ['a-good', 'bad'], { ms: 3000 })))).to.deep.equal([
          'a-good 1: is bad',
        ]);
      }
      await until(() => ends.length > 0, 'the end of a worker', 2000);
    });

    it('that loops in a timer is not held against the next one', async () => {
      const { rules } = await started(folder.path, {
        'a-good.js': goodRule('a-good'),
        'bad.js': ruleText('bad', "if (image.tag === 'loop') setTimeout(() => { for (;;); }, 1); return [];"),
      });
      await rules.judge(taskOf(['x:loop'], ['bad']));
      for (let i = 0; i < 3; i += 1) {
        expect(told(await rules.judge(taskOf(IMAGES, ['a-good'])))).to.deep.equal(['a-good 1: is bad']);
      }
    });

    for (const [which, imagesOf] of Object.entries({
      'the same images': () => IMAGES,
      'images of its own each': (index: number) => IMAGES.map((image) => image.replace('x', `x${index}`)),
    })) {
      it(`of which many are asked at once, about ${which}, changes no good verdict`, async () => {
        const texts = {
          'a-good.js': goodRule('a-good'),
          'bad.js': ruleText('bad', 'for (;;);'),
          'z-good.js': goodRule('z-good'),
        };
        // Where other processes keep the machine busy, good rules need longer; how long is not what this is about.
        const { rules, ends } = await started(folder.path, texts, { limits: { graceMs: 3000 } });
        const loops = Array.from({ length: 20 }, async (_, index) =>
          rules.judge(taskOf(imagesOf(index), ['a-good', 'bad', 'z-good'])),
        );
        const good = Array.from({ length: 20 }, async () => rules.judge(taskOf(IMAGES, GOOD)));
        for (const answer of await Promise.all(good)) expect(told(answer)).to.deep.equal(GOOD_ANSWER);
        for (const answer of await Promise.all(loops)) {
          expect(told(answer.filter(({ rule }) => rule !== 'bad'))).to.have.members(GOOD_ANSWER);
          expect(answer.filter((judgement) => judgement.rule === 'bad' && 'failure' in judgement).length).to.equal(2);
        }
        expect(ends.length).to.be.below(7);
      });
    }

    it('that prints is logged with its name, and a flood of it is cut', async () => {
      const check = "for (let i = 0; i < 5000; i++) console.log('line\\u001b[31m', i); return [];";
      const { rules, lines } = await started(folder.path, { 'bad.js': ruleText('bad', check) });
      await rules.judge(taskOf(['x'], ['bad'], { ms: 2000 }));
      expect(lines[0]).to.deep.equal({
        level: 'info',
        message: 'A custom rule printed',
        fields: { rule: 'bad', text: 'line\\u{1B}[31m 0' },
      });
      expect(lines.length).to.be.within(2, 60);
    });

    it('that says too much is cut, and denies all the same', async () => {
      const check = "return new Array(1e5).fill({ problem: 'p'.repeat(1e6), remedy: 'r' });";
      const { rules } = await started(folder.path, { 'bad.js': ruleText('bad', check) });
      const answer = (await rules.judge(taskOf(['x', 'y'], ['bad'], { ms: 3000 }))) as readonly {
        violations: readonly { problem: string }[];
      }[];
      expect(answer.map(({ violations }) => violations.length)).to.deep.equal([32, 32]);
      expect(answer[0]!.violations[0]!.problem).to.match(/^p{1024}\.\.\.$/);
    });

    it('that keeps ending workers is not asked for a while, then tried', async () => {
      const texts = {
        'a-good.js': goodRule('a-good'),
        'bad.js': ruleText('bad', "if (image.tag === 'exit') process.exit(); return [];"),
      };
      const { rules, ends } = await started(folder.path, texts, { limits: { breakerMs: 1500 } });
      for (let i = 0; i < 3; i += 1) {
        expect(told(await rules.judge(taskOf(['x:exit'], ['a-good', 'bad'], { ms: 3000 })))).to.deep.equal([
          'bad 0 failed: it ended its process',
        ]);
      }
      const ended = ends.length;
      const kept = 'bad 0 failed: it kept ending its process, and is not asked for a while';
      expect(told(await rules.judge(taskOf(['x:exit'], ['bad', 'a-good'], { ms: 3000 })))).to.deep.equal([kept]);
      // About other images it is asked: nothing is wrong with it there.
      expect(told(await rules.judge(taskOf(['x:bad'], ['bad', 'a-good'])))).to.deep.equal(['a-good 0: is bad']);
      expect(ends.length).to.equal(ended);
      const tried = async (): Promise<readonly string[]> => told(await rules.judge(taskOf(['x:exit'], ['bad'])));
      await until(async () => !(await tried()).includes(kept), 'another try', 3000);
      expect(ends.length).to.equal(ended + 1);
    });
  });

  describe('time', () => {
    it('is over for who waits in the queue too', async () => {
      const check = 'const end = Date.now() + 600; while (Date.now() < end); return [];';
      const { rules } = await started(folder.path, { 'slow.js': ruleText('slow', check) });
      const slow = Array.from({ length: 3 }, async () => rules.judge(taskOf(['x'], ['slow'], { ms: 3000 })));
      const answer = await rules.judge(taskOf(['x'], ['slow'], { ms: 20 }));
      expect(told(answer)).to.deep.equal(['slow 0 failed: it was not asked in time, since all workers were busy']);
      for (const other of await Promise.all(slow)) expect(other).to.deep.equal([]);
    });

    it('is not held against a rule that had little of it', async () => {
      const texts = {
        'b-slow.js': ruleText('b-slow', 'const end = Date.now() + 450; while (Date.now() < end); return [];'),
        'c-brisk.js': ruleText('c-brisk', 'const end = Date.now() + 80; while (Date.now() < end); return [];'),
      };
      const { rules } = await started(folder.path, texts);
      expect(told(await rules.judge(taskOf(['x'], ['b-slow', 'c-brisk'])))).to.deep.equal([]);
    });
  });

  describe('close', () => {
    it('finishes what was asked, and answers nothing afterwards', async () => {
      const { rules } = await start(folder.path, { 'a-good.js': goodRule('a-good') });
      const answers = Array.from({ length: 20 }, async () => rules.judge(taskOf(IMAGES, ['a-good'])));
      await Promise.all([rules.close(), rules.close()]);
      for (const answer of await Promise.all(answers)) expect(told(answer)).to.deep.equal(['a-good 1: is bad']);
      expect(told(await rules.judge(taskOf(['x'], ['a-good'])))).to.deep.equal([
        'a-good 0 failed: it is not asked any more',
      ]);
    });

    it('leaves nothing behind', async function () {
      // The descriptors are counted in /proc.
      if (process.platform !== 'linux') this.skip();
      this.timeout(60_000);
      const texts = { 'a-good.js': goodRule('a-good') };
      const cycle = async (): Promise<void> => {
        const { rules } = await start(folder.path, texts);
        await rules.judge(taskOf(IMAGES, ['a-good']));
        await rules.close();
      };
      const held = (): readonly number[] => [
        process.getActiveResourcesInfo().length,
        readdirSync('/proc/self/fd').length,
      ];
      for (let i = 0; i < 2; i += 1) await cycle();
      const before = held();
      for (let i = 0; i < 4; i += 1) await cycle();
      // What tests before this one had left may have gone meanwhile.
      const isGone = (): boolean => held().every((now, index) => now <= before[index]!);
      await until(isGone, () => `no more than ${before.join(', ')}; there are ${held().join(', ')}`, 10_000);
    });
  });

  it('has nothing to do without files', async () => {
    await mkdir(join(folder.path, 'sub'));
    await writeFile(join(folder.path, 'README.md'), '');
    const { rules } = await started(folder.path, {});
    expect(rules.names).to.deep.equal([]);
    expect(await rules.judge(taskOf(['x'], []))).to.deep.equal([]);
    await rm(join(folder.path, 'sub'), { recursive: true });
  });
});
