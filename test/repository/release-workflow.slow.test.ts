import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { copyCheckout } from '../copy-checkout.ts';
import { cleanEnvironment } from '../package/packed.ts';
import { projectRoot } from '../project-root.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const run = promisify(execFile);
const text = readFileSync(join(projectRoot, '.github', 'workflows', 'release.yml'), 'utf8');

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

const { jobs, permissions } = parse(text) as { jobs: Readonly<Record<string, Job>>; permissions: object };
const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };

/** What a workflow needs of services is tried by no test; the rest is. (.ci/run has actionlint look at the whole.) */
describe('.github/workflows/release.yml', () => {
  it('lets each job do only what it is for, and needs no secret', () => {
    expect(permissions).to.deep.equal({});
    expect(Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.permissions]))).to.deep.equal({
      check: { contents: 'read' },
      image: { contents: 'read', packages: 'write', 'id-token': 'write' },
      chart: { contents: 'read', packages: 'write', 'id-token': 'write' },
      package: { contents: 'read', 'id-token': 'write' },
      page: { contents: 'write' },
    });
    expect(text).to.not.match(/secrets\b/);
  });

  it('publishes nothing before all tests have passed, and the page last', () => {
    const before = (name: string): readonly string[] => {
      const needs = [jobs[name]?.needs ?? []].flat();
      return [...needs, ...needs.flatMap(before)];
    };
    const others = Object.keys(jobs).filter((name) => name !== 'check');
    for (const name of others) expect(before(name), name).to.include('check');
    expect(before('page')).to.include.members(others.filter((name) => name !== 'page'));
    expect(jobs['check']?.steps.at(-1)?.run).to.equal('sudo env "PATH=$PATH" .ci/run');
  });

  it('names each action by its commit, and says which version that is', () => {
    const used = text.match(/uses: .*/g) ?? [];
    expect(used).to.have.length.above(5);
    for (const line of used) expect(line).to.match(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('publishes the files that there are', () => {
    for (const file of ['.ci/run', 'artifacthub-repo.yml', 'CHANGELOG.md']) {
      expect(text).to.include(file);
      expect(existsSync(join(projectRoot, file)), file).to.equal(true);
    }
  });

  describe('the step', () => {
    const folder = temporaryFolder();
    beforeEach(async () => copyCheckout(folder.path));

    /** As the runner does it: by bash, which stops at the first command that fails. */
    const step = async (name: string, tag = `v${version}`) => {
      const found = Object.values(jobs).flatMap(({ steps }) => steps.filter((one) => one.name === name));
      expect(found, name).to.have.length(1);
      const env = {
        ...cleanEnvironment(),
        GITHUB_REF_NAME: tag,
        GITHUB_SERVER_URL: 'https://forge.example.com',
        GITHUB_REPOSITORY: 'acme/imagegate',
      };
      const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', found[0]?.run ?? 'false'];
      return run('bash', args, { cwd: folder.path, env }).then(
        () => 0,
        ({ code }: { code: number }) => code,
      );
    };
    const read = async (file: string): Promise<string> => readFile(join(folder.path, file), 'utf8');

    it('that compares tag and version ends the workflow if they differ', async () => {
      expect(await step('The tag is the version')).to.equal(0);
      expect(await step('The tag is the version', 'v99.0.1')).to.equal(1);
    });

    it('that makes the package one to publish changes that alone, and names the repository', async () => {
      const before = JSON.parse(await read('package.json')) as Record<string, unknown>;
      expect(before['private']).to.equal(true);
      expect(await step('Make it one to publish')).to.equal(0);
      const { private: _, ...rest } = before;
      const repository = { type: 'git', url: 'git+https://forge.example.com/acme/imagegate.git' };
      expect(JSON.parse(await read('package.json'))).to.deep.equal({ ...rest, repository });
    });

    it('that says what has changed has the section of the version, and no other', async () => {
      expect(await step('What has changed')).to.equal(0);
      const notes = await read('notes.md');
      expect(notes).to.match(/^\n\S/).and.not.match(/^## /m);
      expect(await read('CHANGELOG.md'))
        .to.include(`## [${version}]`)
        .and.include(notes);
      expect(notes.length).to.be.above(500);
    });

    it('that says what the package is made of lists what production has, and nothing else', async () => {
      expect(await step('What the package is made of')).to.equal(0);
      const { components } = JSON.parse(await read('imagegate.cdx.json')) as { components: { name: string }[] };
      const names = components.map(({ name }) => name);
      expect(names).to.include.members(['koa', 'ajv', 'pino']);
      for (const name of ['mocha', 'typescript']) expect(names).to.not.include(name);
    });
  });
});
