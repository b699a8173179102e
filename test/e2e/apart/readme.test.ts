import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../../cluster/cluster.ts';
import { untilGateIs } from '../../cluster/installation.ts';
import { buildHelm } from '../../helm/build-helm.ts';
import { projectRoot } from '../../project-root.ts';
import { skipWithout } from '../../skip-without.ts';
import { until } from '../../until.ts';
import { chartCluster, type ChartCluster } from './chart-cluster.ts';
import { commandsOf, type Command } from '../readme.ts';
import { runLine } from '../run.ts';
import { blockedTag, denial, refused } from '../sentences.ts';

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
const install = 'Install';
/** The other way to install and to remove: once what Helm has installed is gone. */
const byManifests = new Set(['By manifests', 'What came by manifests']);

/** What is missing on the machine of this test, and so may stand in a comment `# needs …`. */
const missing = ['a container engine'];

/** `npm test` in here would be tests within a test: .ci/run has all that it runs, and more. */
const runByCi = 'npm ci && npm test';

/** In the order of the README, but for the sessions before the installation: they show what it leads to. */
function inOrder(all: readonly Command[]): readonly Command[] {
  const isSecond = ({ section }: Command): boolean => byManifests.has(section);
  const commands = all.filter((command) => !isSecond(command));
  const first = commands.findIndex(({ section }) => section === install);
  const after = commands.findLastIndex(({ section }) => section === install) + 1;
  const isLater = ({ line, output }: Command): boolean => output !== undefined && line.startsWith('kubectl ');
  const before = commands.slice(0, first);
  return [
    ...before.filter((command) => !isLater(command)),
    ...commands.slice(first, after),
    ...before.filter(isLater),
    ...commands.slice(after),
    ...all.filter(isSecond),
  ];
}

describe('README.md', function () {
  this.timeout(10 * 60_000);
  const commands = inOrder(commandsOf(readme));
  let there: ChartCluster;
  let cluster: Cluster;

  before(async function () {
    there = await chartCluster((await buildHelm()) ?? skipWithout('go', this));
    ({ cluster } = there);
  });
  after(async () => {
    await there?.remove();
  });

  /** The policy that the README sets arrives, in the gate that runs. */
  const expectPolicy = async (): Promise<void> => {
    const run = ['run', 'x', '--image=docker.io/nginx:1-rc1', '--dry-run=server'];
    await until(async () => (await cluster.kubectl(run)).code !== 0, 'the policy to be in use');
    expect(await cluster.kubectl(run)).to.deep.equal(
      refused(`Error from server: ${denial([blockedTag('x', 'docker.io/nginx:1-rc1', 'staging,latest,*-rc*')])}`),
    );
  };

  /** What the world does that is missing here, or what takes it a moment. */
  const afterwards = async ({ line, output }: Command): Promise<void> => {
    if (line.includes('patch configmap') && output === undefined) {
      await there.node.refreshVolumes(); // the kubelets
      await expectPolicy();
    }
    if (line.startsWith('helm install') || /^kubectl apply .*webhook-with-ca\.yaml/.test(line))
      await untilGateIs(cluster, 'closed');
    if (line.startsWith('kubectl delete validatingwebhookconfiguration')) await untilGateIs(cluster, 'open');
    if (/^kubectl label namespace \S+ imagegate\/disable-filtering=true/.test(line)) {
      const namespace = line.split(' ')[3] ?? '';
      const run = ['run', 'probe', '--image=probe', '--dry-run=server', '--namespace', namespace];
      await until(async () => (await cluster.kubectl(run)).code === 0, 'the label to be seen');
    }
  };

  for (const command of commands) {
    const { line, needs, output, section } = command;
    const title = `${section === '' ? 'the top' : section}: ${line}`;
    if (line === runByCi) {
      it(`${title} (run by .ci/run)`, async () => {
        const ci = await readFile(join(projectRoot, '.ci', 'run'), 'utf8');
        // There it is built once for all that follows.
        expect(ci)
          .to.match(/^step install npm ci$/m)
          .and.match(/^step build npm run cluster:build$/m)
          .and.match(/^suite .* npm run test:all --ignore-scripts$/m);
        const { scripts } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
          scripts: Record<string, string>;
        };
        expect(scripts['pretest']).to.equal('npm run build');
        expect(scripts['cluster:build']).to.match(/^npm run build && /);
      });
    } else if (needs !== undefined) {
      it(`${title} NOT RUN, needs ${needs}`, async function () {
        expect(missing).to.include(needs);
        await afterwards(command);
        this.skip(); // so that it is listed as such
      });
    } else {
      it(title, async () => {
        const result = await runLine(line, { cwd: there.checkout, env: there.environment, timeoutMs: 5 * 60_000 });
        if (output !== undefined) expect(result.output).to.equal(output);
        expect(result.code, result.output).to.equal(/^Error|^1 denied/m.test(output ?? '') ? 1 : 0);
        await afterwards(command);
      });
    }
  }

  it('leaves nothing of ImageGate in the cluster at its end', async () => {
    const nothing = { code: 0, stdout: '', stderr: '' };
    expect(await cluster.kubectl(['get', 'validatingwebhookconfigurations', '-o', 'name'])).to.deep.equal(nothing);
    expect(await cluster.kubectl(['get', 'namespace', 'imagegate', '--ignore-not-found', '-o', 'name'])).to.deep.equal(
      nothing,
    );
    const kinds = 'clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings';
    expect((await cluster.kubectl(['get', kinds, '-o', 'name'])).stdout).to.not.include('imagegate');
  });

  it('names only scripts that there are', async () => {
    const { scripts } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    expect(named).to.include.members(['demo', 'cluster', 'test:e2e']);
    expect(Object.keys(scripts)).to.include.members(named);
  });

  it('names no kubectl command beside those that are run', () => {
    const run = commands.map(({ line }) => line);
    const inline = [...readme.matchAll(/(?<!`)`(kubectl [^`]+)`(?!`)/g)].map(([, line]) => line);
    expect(run).to.include.members(inline);
  });

  it('leads to the first denial in under 300 words, by Helm', () => {
    const [, section = ''] = readme.split(/^## Install\n|^### By manifests\n/m);
    expect(section).to.include('denied the request');
    expect(section.split(/\s+/).filter((word) => word !== '').length).to.be.within(1, 299);
  });
});
