import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment, packed } from './packed.ts';

const run = promisify(execFile);
const typescript = createRequire(import.meta.url).resolve('typescript/package.json');

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

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-package-'));
    const archive = await packed(folder);
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
});

/** The part of `node:test` that a test of a rule needs. */
const NODE_TEST_TYPES = `declare module 'node:test' {
  export function describe(name?: string, body?: () => void): Promise<void>;
  export function it(name?: string, body?: (context: object, done: () => void) => void | Promise<void>): Promise<void>;
}
`;
