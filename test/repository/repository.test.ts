import { expect } from 'chai';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VALID_REFERENCE } from '../../src/engine/policy.ts';
import { projectRoot } from '../project-root.ts';
import { importCircles, layerOf, MAY_IMPORT } from './layers.ts';
import { isNodes, type SourceFile, sourceFiles } from './source-files.ts';

const read = async (path: string): Promise<string> => readFile(join(projectRoot, path), 'utf8');

/** The names in a folder that end so, without that end. */
async function namesIn(folder: string, end: string): Promise<readonly string[]> {
  const names = await readdir(join(projectRoot, folder));
  return names.filter((name) => name.endsWith(end)).map((name) => name.slice(0, -end.length));
}

const PURE: ReadonlySet<string> = new Set(['mistake', 'image', 'workload', 'engine', 'admission']);

const SERVER_PACKAGES = ['koa', 'koa-bodyparser', 'pino', 'prom-client', 'node:http', 'node:https', 'node:tls'];

describe('the repository', () => {
  let src: readonly SourceFile[];
  let rules: readonly SourceFile[];

  before(async () => {
    src = await sourceFiles('src');
    rules = await sourceFiles('rules');
  });

  describe('rules', () => {
    it('have a test and a page each, and no test or page is without its rule', async () => {
      const names = await namesIn('rules', '.ts');
      expect(names).to.not.deep.equal([]);
      expect(await namesIn('test/rules', '.test.ts')).to.have.members(names);
      expect(await namesIn('docs/rules', '.md')).to.have.members([...names, VALID_REFERENCE]);
    });

    it('are all that is in rules/', async () => {
      const names = (await namesIn('rules', '.ts')).map((name) => `${name}.ts`);
      expect(await readdir(join(projectRoot, 'rules'))).to.have.members(names);
    });

    it('have 10 to 80 lines: past that, work of the engine has leaked into them', () => {
      for (const { path, text } of rules) {
        expect(text.trimEnd().split('\n').length, path).to.be.within(10, 80);
      }
    });

    it("import nothing but imagegate/rule, as a user's own file does", () => {
      for (const { path, imports } of rules) {
        expect(
          imports.map(({ specifier }) => specifier),
          path,
        ).to.deep.equal(['imagegate/rule']);
      }
    });
  });

  describe('imports', () => {
    it('go one way', () => {
      const wrong = src.flatMap(({ path, imports }) =>
        imports
          .filter((found) => found.path !== undefined)
          .filter((found) => {
            const from = layerOf(path);
            if (found.path?.startsWith('schemas/')) return false;
            if (!found.path?.startsWith('src/')) return true;
            const to = layerOf(found.path);
            return to !== from && !MAY_IMPORT[from]?.includes(to);
          })
          .map(({ specifier }) => `${path} imports ${specifier}`),
      );
      expect(wrong).to.deep.equal([]);
      expect(new Set(src.map(({ path }) => layerOf(path)))).to.deep.equal(new Set(Object.keys(MAY_IMPORT)));
    });

    it('come round to no file, types included', () => {
      expect(importCircles(src)).to.deep.equal([]);
    });

    it("of what judges have nothing of Node's, wherever they lead: the engine runs in a browser too", () => {
      const files = new Map([...src, ...rules].map((file) => [file.path, file]));
      const pure = [...files.values()].filter(({ path }) => path.startsWith('rules/') || PURE.has(layerOf(path)));
      expect(pure.length).to.be.above(20);
      for (const { path } of pure) {
        const reached = new Set([path]);
        for (const next of reached) {
          const { imports = [] } = files.get(next) ?? {};
          const atRunTime = imports.filter(({ typeOnly }) => !typeOnly);
          const nodes = atRunTime.filter(isNodes).map(({ specifier }) => specifier);
          expect(nodes, `${path} imports ${[...reached].join(', ')}`).to.deep.equal([]);
          for (const found of atRunTime) if (found.path !== undefined) reached.add(found.path);
        }
      }
    });

    it('of commands but serve and doctor lead to none of the packages of the server and of clusters, which they start without', () => {
      const files = new Map(src.map((file) => [file.path, file]));
      const commands = src.filter(({ path }) => path === 'src/main.ts' || /\/cli\/(?:check|test-\w+)\.ts$/.test(path));
      expect(commands.length).to.be.above(3);
      const reached = new Set(commands.map(({ path }) => path));
      const packages = new Set<string>();
      for (const next of reached) {
        for (const { specifier, path, typeOnly, isLazy } of files.get(next)?.imports ?? []) {
          if (
            typeOnly ||
            (isLazy && /^src\/(?:cli\/(?:serve\.ts|certificates\/|doctor\/|rehearsal\/)|cluster\/)/.test(path ?? ''))
          )
            continue;
          if (path === undefined) packages.add(specifier);
          else reached.add(path);
        }
      }
      expect([...packages]).to.include('commander');
      expect(SERVER_PACKAGES.filter((name) => packages.has(name))).to.deep.equal([]);
    });

    it('of the command line lead to few packages before it knows the command: each imports its own when it runs', () => {
      const files = new Map(src.map((file) => [file.path, file]));
      const reached = new Set(['src/main.ts']);
      const packages = new Set<string>();
      for (const next of reached)
        for (const found of files.get(next)?.imports ?? []) {
          if (found.typeOnly || found.isLazy) continue;
          if (found.path !== undefined) reached.add(found.path);
          else if (!isNodes(found)) packages.add(found.specifier);
        }
      expect([...packages]).to.have.members(['commander', 'fastest-levenshtein']);
    });

    it("of what judges have no type of Node's, and it uses none of Node's globals", () => {
      for (const { path, text, imports } of [...src, ...rules]) {
        if (!path.startsWith('rules/') && !PURE.has(layerOf(path))) continue;
        expect(imports.filter(isNodes), path).to.deep.equal([]);
        const code = text.replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, '');
        expect(code, path).to.not.match(/\b(?:process|Buffer|globalThis)\.|\brequire\(|import\.meta/);
      }
    });

    it('of what judges are of few packages, which run in a browser as well', () => {
      const packages = src
        .filter(({ path }) => PURE.has(layerOf(path)))
        .flatMap(({ imports }) => imports)
        .filter(({ path }) => path === undefined)
        .map(({ specifier }) => specifier);
      expect([...new Set(packages)]).to.have.members(['ajv', 'fast-deep-equal', 'fastest-levenshtein', 'lru-cache']);
    });
  });

  describe('src', () => {
    it('has no folder of more than 16 files: a reader keeps no more in mind', () => {
      const sizes = new Map<string, number>();
      for (const { path } of src) sizes.set(dirname(path), (sizes.get(dirname(path)) ?? 0) + 1);
      expect([...sizes].filter(([, size]) => size > 16)).to.deep.equal([]);
    });

    it('has no file of more than 250 lines', () => {
      const long = src.filter(({ text }) => text.trimEnd().split('\n').length > 250);
      expect(long.map(({ path }) => path)).to.deep.equal([]);
    });
  });

  describe('packages', () => {
    it('have exact versions', async () => {
      const { dependencies, devDependencies, overrides = {} } = JSON.parse(await read('package.json'));
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...overrides })) {
        expect(version, name).to.match(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
      }
    });

    it('are locked with a checksum, and to no place: each installation names its own registry', async () => {
      const { packages } = JSON.parse(await read('package-lock.json')) as {
        packages: Readonly<Record<string, { readonly resolved?: string; readonly integrity?: string }>>;
      };
      for (const [path, { resolved, integrity }] of Object.entries(packages)) {
        expect(resolved, path).to.equal(undefined);
        if (path !== '') expect(integrity, path).to.match(/^sha512-/);
      }
    });

    it('of production run no script when they are installed', async () => {
      const { packages } = JSON.parse(await read('package-lock.json')) as {
        packages: Readonly<Record<string, { readonly dev?: boolean; readonly hasInstallScript?: boolean }>>;
      };
      const running = Object.entries(packages).filter(([, { dev, hasInstallScript }]) => hasInstallScript && !dev);
      expect(running.map(([path]) => path)).to.deep.equal([]);
    });
  });

  describe('tests', () => {
    it('keep their hooks within a describe: at the top, they would run for every test of every file', async () => {
      const files = (await sourceFiles('test')).filter(({ path }) => path.endsWith('.test.ts'));
      const wrong = files.filter(({ text }) => /^(?:before|after)(?:Each)?\(/m.test(text));
      expect(wrong.map(({ path }) => path)).to.deep.equal([]);
    });

    it('are all that npm run test:all runs, and npm test but for *.slow.test.ts', async () => {
      const core = JSON.parse(await read('.mocharc.json')) as { readonly ignore: readonly string[] };
      const { require: ahead, ...all } = JSON.parse(await read('test/.mocharc.all.json')) as typeof core &
        Record<'require', unknown>;
      expect(ahead).to.deep.equal(['./build/test/coverage.js']);
      expect(core).to.deep.equal({ ...all, ignore: [...all.ignore, 'build/test/**/*.slow.test.js'] });
      const { scripts } = JSON.parse(await read('package.json')) as { scripts: Readonly<Record<string, string>> };
      expect([scripts['test'], scripts['test:all']]).to.deep.equal(['mocha', 'mocha --config test/.mocharc.all.json']);
    });

    it('are named *.slow.test.ts if they can start a process: npm test runs none of these', async () => {
      const files = new Map([...src, ...(await sourceFiles('test'))].map((file) => [file.path, file]));
      const startsProcess = (path: string): boolean => {
        const reached = new Set([path]);
        for (const next of reached) {
          for (const { specifier, path: found, typeOnly } of files.get(next)?.imports ?? []) {
            if (specifier === 'node:child_process') return true;
            if (found !== undefined && !typeOnly) reached.add(found);
          }
        }
        return false;
      };
      const quick = [...files.keys()].filter((path) => /(?<!\.slow)\.test\.ts$/.test(path) && !path.includes('/e2e/'));
      expect(quick.filter(startsProcess)).to.deep.equal([]);
    });
  });

  describe('coverage', () => {
    it('leaves out files of types alone, which leave nothing to run', async () => {
      for (const config of ['.c8rc.json', '.c8rc.core.json', '.c8rc.edges.json']) {
        const { exclude } = JSON.parse(await read(config)) as { exclude: readonly string[] };
        expect(exclude.filter((pattern) => pattern.includes('*'))).to.deep.equal(['**/*.d.ts']);
        for (const path of exclude.filter((pattern) => !pattern.includes('*'))) {
          const built = await read(join('build', path.replace(/\.ts$/, '.js')));
          expect(built.replace(/^\/\/.*$/gm, '').trim(), `${config}: ${path}`).to.equal('export {};');
        }
      }
    });
  });
});
