import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHECK_REPORTS } from '../../src/check-report/check-reports.ts';
import { blocksOf } from '../e2e/readme.ts';
import { installCommands } from '../installed-commands.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { codesIn, readPage, rowsUnder } from './tables.ts';

const page = readPage('docs/in-ci.md');

const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [{ name: c, image: ${image} }] }\n`;
const DENIED = 'c image has no tag! (docker.io/a). Only images with tags are allowed.';

/** The parts of action.yml that a runner reads here. */
interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly [
      { readonly shell: string; readonly env: Readonly<Record<string, string>>; readonly run: string },
    ];
  };
}

interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly language: string;
  readonly files: string;
}

const yamlOf = async (name: string): Promise<unknown> => parse(await readFile(join(projectRoot, name), 'utf8'));

describe('docs/in-ci.md', () => {
  const blocks = blocksOf(page).map(({ lines }) => lines.join('\n'));
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-in-ci-'));
    await mkdir(join(folder, 'deploy'));
    await mkdir(join(folder, 'k8s'));
    await installCommands(join(folder, 'bin'));
    await writeFile(join(folder, 'deploy', 'policy.yaml'), 'rules: { empty-tag: { action: warn } }\n');
    await writeFile(join(folder, 'deploy', 'a.yaml'), pod('docker.io/a'));
    await writeFile(join(folder, 'k8s', 'b[c].yaml'), pod('docker.io/a:1'));
  });

  after(async () => rm(folder, { recursive: true, force: true }));

  const run = (script: string, env: Readonly<Record<string, string>> = {}) => {
    const PATH = [join(folder, 'bin'), process.env['PATH']].join(':');
    const options = { cwd: folder, encoding: 'utf8', env: { ...cleanEnvironment(), PATH, ...env } } as const;
    // As a runner runs a step whose shell is bash.
    return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], options);
  };

  describe('action.yml', () => {
    let action: Action;

    before(async () => {
      action = (await yamlOf('action.yml')) as Action;
    });

    /** Runs its step with these inputs, as a runner fills them in. */
    const act = (inputs: Readonly<Record<string, string>>) => {
      const [step] = action.runs.steps;
      const env = Object.entries(step.env).map(([name, value]) => {
        const [, input = ''] = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value) ?? [];
        return [name, inputs[input] ?? action.inputs[input]!.default ?? ''];
      });
      return run(step.run, { ...(Object.fromEntries(env) as object), GITHUB_ACTION_PATH: projectRoot });
    };

    it('is a composite action, whose inputs the page has', () => {
      expect([action.runs.using, action.runs.steps.map(({ shell }) => shell)]).to.deep.equal(['composite', ['bash']]);
      const named = rowsUnder(page, 'input').flatMap(([input]) => codesIn(input));
      expect(Object.keys(action.inputs)).to.deep.equal(named);
      const used = parse(blocks[0]!) as {
        readonly jobs: { readonly images: { readonly steps: readonly { readonly with?: object }[] } };
      };
      expect(Object.keys(action.inputs)).to.include.members(Object.keys(used.jobs.images.steps.at(-1)!.with!));
      expect(Object.keys(CHECK_REPORTS)).to.include(action.inputs['format']!.default);
    });

    it('shows each finding, and fails by what would be denied', () => {
      const { status, stdout } = act({ paths: 'deploy/a.yaml\nk8s/' });
      expect(stdout).to.equal(
        `::error file=deploy/a.yaml,line=4,col=40,title=empty-tag::Pod default/p: ${DENIED}\n1 denied, 1 allowed.\n`,
      );
      expect(status).to.equal(1);
    });

    it('takes a policy, rules and a format', async () => {
      const rules = join(folder, 'some rules');
      await mkdir(rules);
      const rule =
        "export default { meta: { name: 'a-b', description: 'X.' }, check: () => [{ problem: 'is x', remedy: 'Y.' }] };\n";
      await writeFile(join(rules, 'a-b.mjs'), rule);
      const inputs = { policy: 'deploy/policy.yaml', rules, format: 'text' };
      const { status, stdout } = act({ paths: 'k8s/b[c].yaml deploy/a.yaml', ...inputs });
      expect(stdout.split('\n').map((line) => /(\w+): c image (?:is|has) (\S+)/.exec(line)?.slice(1))).to.deep.equal([
        ['denied', 'x!'],
        ['warning', 'no'],
        ['denied', 'x!'],
        undefined,
        undefined,
      ]);
      expect(status).to.equal(1);
    });

    it('fails where nothing can be judged', () => expect(act({ paths: '' }).status).to.equal(2));
  });

  it('has the hook of .pre-commit-hooks.yaml, whose entry takes files and arguments', async () => {
    const [hook] = (await yamlOf('.pre-commit-hooks.yaml')) as readonly [Hook];
    expect(hook).to.include({ language: 'script', require_serial: true });
    expect(
      ['a.yaml', 'a/b.yml', 'c.json', 'a.yaml.txt'].map((name) => new RegExp(hook.files).test(name)),
    ).to.deep.equal([true, true, true, false]);
    const { repos } = parse(blocks[1]!) as {
      readonly repos: readonly [
        { readonly hooks: readonly [{ readonly id: string; readonly args: readonly string[] }] },
      ];
    };
    const [{ id, args }] = repos[0].hooks;
    expect(id).to.equal(hook.id);
    const { status, stdout } = run(`${projectRoot}/${hook.entry} ${args.join(' ')} deploy/a.yaml k8s/b[c].yaml`);
    expect(stdout).to.match(/ warning: .*\n0 denied, 2 allowed\.\n$/);
    expect(status).to.equal(0);
  });

  it('installs and builds a checkout when it is first run, and is an error where that fails', async () => {
    const [copy, bin] = [join(folder, 'copy'), join(folder, 'npm')];
    await mkdir(join(copy, 'scripts'), { recursive: true });
    await mkdir(bin);
    await copyFile(join(projectRoot, 'scripts', 'imagegate'), join(copy, 'scripts', 'imagegate'));
    const build = "mkdir -p build/src && echo 'console.log(process.argv.slice(2).join())' > build/src/main.js";
    await writeFile(join(bin, 'npm'), `#!/bin/sh\necho "$@"\n[ -z "$BROKEN" ] && ${build}\n`, { mode: 0o755 });
    const imagegate = (env: Readonly<Record<string, string>>) =>
      run('copy/scripts/imagegate check a.yaml', { ...env, PATH: `${bin}:${process.env['PATH']}` });
    expect(imagegate({ BROKEN: '1' })).to.deep.include({ status: 2, stdout: '', stderr: 'ci\n' });
    expect(imagegate({})).to.deep.include({ status: 0, stdout: 'check,a.yaml\n', stderr: 'ci\nrun build\n' });
    expect(imagegate({})).to.deep.include({ status: 0, stdout: 'check,a.yaml\n', stderr: '' });
  });

  it('has commands for others, and for a terminal', () => {
    const [elsewhere, completion] = blocks.slice(2);
    expect(run(`${elsewhere}; head -c 20 images.xml`)).to.deep.include({ stdout: '<?xml version="1.0" ', status: 0 });
    const [bash, zsh, fish] = completion!.split('\n');
    for (const [shell, line] of Object.entries({ bash, zsh, fish }))
      expect(line, shell).to.match(new RegExp(`imagegate completion ${shell}\\b`));
    expect(run(`${bash}; complete -p imagegate`).stdout).to.equal(
      'complete -o bashdefault -o default -F _imagegate imagegate\n',
    );
  });

  it('is a plugin of kubectl, whose help says so', () => {
    const help = run('kubectl-imagegate check --help').stdout;
    expect(help)
      .to.match(/^Usage: kubectl imagegate check /)
      .and.include('\n  helm template . | kubectl imagegate check -\n');
    const { status, stdout, stderr } = run('kubectl-imagegate');
    expect([status, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.match(/^Usage: kubectl imagegate \[options\] \[command\]\n/);
    expect(stderr).to.not.match(/ serve |Environment:/);
    expect(run('kubectl-imagegate check deploy/a.yaml').status).to.equal(1);
  });
});
