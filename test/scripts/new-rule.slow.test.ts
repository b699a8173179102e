import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { copyCheckout } from '../copy-checkout.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const run = promisify(execFile);
const script = join(projectRoot, 'build', 'scripts', 'new-rule.js');

interface Ended {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run new-rule', () => {
  const folder = temporaryFolder();

  const newRule = async (...args: readonly string[]): Promise<Ended> =>
    run(process.execPath, [script, ...args, '--in', folder.path]).catch((error: Ended) => error);

  const FILES = ['rules/no-words.ts', 'test/rules/no-words.test.ts', 'docs/rules/no-words.md'];

  it('makes a rule, its test and its page, and says what comes next', async () => {
    const { stdout, stderr } = await newRule('no-words');
    expect(stderr).to.equal('');
    expect(stdout.split('\n').slice(0, 4)).to.deep.equal([...FILES.map((file) => `written: ${file}`), '']);
    const { scripts } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as { scripts: object };
    expect(scripts).to.include.keys('docs', 'new-rule');
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile())).to.have.lengthOf(3);
  });

  for (const [name, expected] of [
    [
      'NoWords',
      /^npm run new-rule, file name: expected kebab-case of at most 63 characters.* \[rule-file-invalid\]\n$/,
    ],
    ['../no-words', /expected kebab-case/],
    ['a'.repeat(64), /expected kebab-case/],
    ['', /expected kebab-case/],
    ['valid-reference', /and not valid-reference, which is the engine's own, found "valid-reference"/],
  ] as const) {
    it(`refuses the name ${JSON.stringify(name)}, and writes nothing`, async () => {
      const { code, stderr, stdout } = await newRule(name);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.match(expected);
      expect(await readdir(folder.path)).to.deep.equal([]);
    });
  }

  for (const file of FILES) {
    it(`refuses a name that ${file} has, and writes nothing`, async () => {
      await mkdir(join(folder.path, dirname(file)), { recursive: true });
      await writeFile(join(folder.path, file), 'mine');
      const { code, stderr, stdout } = await newRule('no-words');
      expect({ code, stdout, stderr }).to.deep.equal({
        code: 1,
        stdout: '',
        stderr: `npm run new-rule: expected a name that no other rule has, found "no-words", and there is ${file}. Give the rule another name. [rule-name-taken]\n`,
      });
      expect(await readFile(join(folder.path, file), 'utf8')).to.equal('mine');
      expect(await readdir(folder.path)).to.deep.equal([file.split('/')[0]]);
    });
  }

  it('makes what the checks of the repository, prettier, tsc and its own test pass as it is', async () => {
    await copyCheckout(folder.path);
    await symlink(join(projectRoot, 'node_modules'), join(folder.path, 'node_modules'));
    await newRule('no-words');
    const bin = (name: string): string => join(projectRoot, 'node_modules', '.bin', name);
    const inCopy = async (command: string, ...args: readonly string[]): Promise<string> => {
      const options = { cwd: folder.path, env: cleanEnvironment() };
      return (await run(command, args, options).catch((error: Ended) => error)).stdout;
    };
    expect(await inCopy(bin('prettier'), '--check', ...FILES)).to.include('All matched files use Prettier');
    expect(await inCopy(bin('tsc'))).to.equal('');
    const specs = ['build/test/repository/*.test.js', 'build/test/rules/no-words.test.js'];
    const report = await inCopy(bin('mocha'), '--no-config', '--timeout', '60000', '--reporter', 'json', ...specs);
    const { failures, passes } = JSON.parse(report) as Readonly<Record<string, { fullTitle: string; err: object }[]>>;
    expect(failures).to.deep.equal([]);
    expect(passes?.map(({ fullTitle }) => fullTitle)).to.include.members([
      'no-words denies docker.io/forbidden/app:1',
      'docs/rules no-words.md has examples, allowed and denied, and all are judged as it says',
      'docs/rules no-words.md says what it does by default',
    ]);
  });
});
