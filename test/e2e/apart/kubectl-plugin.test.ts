import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { clusterAssets } from '../../cluster/build-assets.ts';
import { runKubectl, type KubectlResult } from '../../cluster/kubectl.ts';
import { installCommands } from '../../installed-commands.ts';

const POD = '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"c","image":"docker.io/a"}]}}';

describe('kubectl imagegate', () => {
  let folder: string;
  let kubectl: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagegate-plugin-'));
    await installCommands(folder);
    kubectl = join(await clusterAssets(), 'kubectl');
  });

  after(async () => rm(folder, { recursive: true, force: true }));

  const run = async (args: readonly string[], input = ''): Promise<KubectlResult> => {
    const PATH = [folder, process.env['PATH']].join(delimiter);
    return runKubectl(kubectl, args, { PATH, HOME: folder }, { cwd: folder, input });
  };

  it('is found by kubectl', async () => {
    const { code, stdout } = await run(['plugin', 'list']);
    expect(code).to.equal(0);
    expect(stdout).to.include(join(folder, 'kubectl-imagegate'));
  });

  it('checks what is piped into it, and tells by its exit code', async () => {
    const { code, stdout } = await run(['imagegate', 'check', '-'], POD);
    expect(stdout).to.match(/^standard input:1:75: Pod default: denied: c image has no tag! .*\n1 denied\.\n$/);
    expect(code).to.equal(1);
    expect((await run(['imagegate', 'check', '-'], POD.replace('/a', '/a:1'))).code).to.equal(0);
  });

  it('calls itself so in its help', async () => {
    const { code, stdout } = await run(['imagegate', '--help']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^Usage: kubectl imagegate /);
  });
});
