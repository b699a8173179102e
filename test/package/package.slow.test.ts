import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { projectRoot } from '../project-root.ts';
import { cleanEnvironment, packed } from './packed.ts';

const run = promisify(execFile);
const typescript = createRequire(import.meta.url).resolve('typescript/package.json');

const POD = "apiVersion: v1\nkind: Pod\nspec: { containers: [{ name: c, image: 'docker.io/a:1' }] }\n";

/** Writes down each module that is loaded. */
const HOOKS = `import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync(process.env.LOADED, url + '\\n');
  return next(url, context);
}
`;

/** A part of what are-the-types-wrong says. */
interface Analysis {
  readonly problems: readonly { readonly kind: string; readonly resolutionKind?: string }[];
}

const RULE = `import { defineRule, type ImageReference } from 'imagegate/rule';

const pinned = (image: ImageReference): boolean => image.digest !== undefined;

export default defineRule({
  meta: {
    name: 'some-rule',
    description: 'Some rule.',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: { words: { type: 'array', items: { type: 'string' }, default: ['x'], description: 'Words.' } },
    },
  },
  check(image, { words }, context) {
    const first: string | undefined = words[0];
    if (pinned(image) || image.repository !== first || context.operation === 'UPDATE') return;
    return [{ problem: 'is bad', remedy: 'Do not.' }];
  },
});
`;

const TEST = `import { describe, it } from 'node:test';
import { testRule } from 'imagegate/testing';
import rule from './some-rule.ts';

testRule(
  rule,
  {
    allowed: ['y', { image: 'x', options: { words: ['z'] }, context: { namespace: 'prod' } }],
    denied: [{ image: 'x', sentence: 'app image is bad! (x). Do not.' }],
  },
  { describe, it },
);
`;

/** As strict as an author can be; skipLibCheck would pass over our own declarations. */
const TSC =
  '--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck false --target es2023 --lib es2023 --module nodenext --allowImportingTsExtensions'.split(
    ' ',
  );

describe('the package that npm pack makes', () => {
  let folder: string;
  let archive: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-package-'));
    archive = await packed(folder);
    await run('npm', ['install', '--prefer-offline', archive], { cwd: folder, env: cleanEnvironment() });
  });

  after(async () => rm(folder, { recursive: true, force: true }));

  it('has types for a rule and its test, whoever checks them and however strictly', async () => {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'some-rule.ts'), RULE);
    // node:test has its types elsewhere; here it must not matter whether they are installed.
    await writeFile(join(folder, 'node-test.d.ts'), NODE_TEST_TYPES);
    await writeFile(join(folder, 'some-rule.test.ts'), TEST);
    const tsc = async (...files: readonly string[]) =>
      run(process.execPath, [join(dirname(typescript), 'bin', 'tsc'), ...TSC, '--types', '', ...files], {
        cwd: folder,
      }).catch((error: { stdout: string }) => error);
    const { stdout } = await tsc('some-rule.ts', 'some-rule.test.ts', 'node-test.d.ts');
    expect(stdout).to.equal('');
    await writeFile(join(folder, 'bad-rule.ts'), RULE.replace('words[0]', 'word[0]').replace('{ words }', '{ word }'));
    expect((await tsc('bad-rule.ts')).stdout).to.match(/bad-rule\.ts.*Property 'word' does not exist/);
  });

  it('runs rules and tests, and has the command', async () => {
    const text =
      "const { testRule } = await import('imagegate/testing'); const { defineRule } = await import('imagegate/rule');";
    const args = ['--input-type=module', '--eval', `${text} console.log(typeof testRule, typeof defineRule);`];
    expect((await run(process.execPath, args, { cwd: folder })).stdout).to.equal('function function\n');
    const { stdout } = await run(join(folder, 'node_modules', '.bin', 'imagegate'), ['--version'], { cwd: folder });
    const { version } = createRequire(import.meta.url)('imagegate/package.json') as { version: string };
    expect(stdout).to.equal(`${version}\n`);
  });

  it('checks manifests without what only the server needs', async () => {
    await writeFile(join(folder, 'hooks.mjs'), HOOKS);
    await writeFile(
      join(folder, 'record.mjs'),
      "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);",
    );
    await writeFile(join(folder, 'pod.yaml'), POD);
    const loaded = join(folder, 'loaded');
    const loadedBy = async (...args: readonly string[]) => {
      await writeFile(loaded, '');
      const env = {
        ...cleanEnvironment(),
        LOADED: loaded,
        NODE_OPTIONS: `--import=${pathToFileURL(join(folder, 'record.mjs')).href}`,
      };
      const ended = await run('npx', ['imagegate', ...args], { cwd: folder, env }).catch(
        (error: { stdout: string }) => error,
      );
      const urls = await readFile(loaded, 'utf8');
      return {
        stdout: ended.stdout,
        names: [...urls.matchAll(/\/node_modules\/(?!imagegate\/)([^/]+)\/(?!.*node_modules)/g)].map(
          ([, name]) => name,
        ),
      };
    };
    const { stdout, names } = await loadedBy('check', 'pod.yaml');
    expect(stdout).to.equal('0 denied, 1 allowed.\n');
    const server = ['koa', 'koa-bodyparser', 'pino', 'prom-client'];
    expect(names).to.include('yaml').and.not.include.members(server);
    expect(names.filter((name) => server.includes(name!))).to.deep.equal([]);
    // It would be seen: without a certificate it ends when all is loaded.
    expect((await loadedBy('serve')).names).to.include.members(server);
  });

  it('is as publint and are-the-types-wrong ask', async () => {
    const bytes = await readFile(archive);
    const tarball = new Uint8Array(bytes).buffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    expect(messages).to.deep.equal([]);
    const { problems } = (await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)))) as Analysis;
    // It is ESM alone, with `exports`: what cannot import it, no supported Node does.
    const ours = problems.filter(({ resolutionKind = '' }) => !['node10', 'node16-cjs'].includes(resolutionKind));
    expect(ours).to.deep.equal([]);
    expect(problems.map(({ resolutionKind }) => resolutionKind)).to.include('node10');
  });

  it('has nothing that only its developers need', async () => {
    const names = await readdir(join(folder, 'node_modules', 'imagegate'), { recursive: true });
    expect(names).to.include.members([
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'docs/errors.md',
      'schemas',
      'build/rules/empty-tag.js',
    ]);
    // What the build makes for custom rules.
    const engine = ['engine.wasm', 'options.picture', 'rule.picture'].map((name) => `build/src/sandbox/${name}`);
    expect(names.filter((name) => /\.(?:wasm|picture)$/.test(name))).to.have.members(engine);
    const wrong = names.filter((name) => /^(?:src|test|scripts|bench|deploy|build\/test)\b|\.map$/.test(name));
    expect(wrong).to.deep.equal([]);
  });

  it('has a command that npx can run in a checkout, after each build', async () => {
    const { mode } = await stat(join(projectRoot, 'build', 'src', 'main.js'));
    expect(mode & 0o111).to.equal(0o111);
  });
});

/** The part of `node:test` that a test of a rule needs. */
const NODE_TEST_TYPES = `declare module 'node:test' {
  export function describe(name?: string, body?: () => void): Promise<void>;
  export function it(name?: string, body?: (context: object, done: () => void) => void | Promise<void>): Promise<void>;
}
`;
