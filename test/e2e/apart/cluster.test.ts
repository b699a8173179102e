import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { clusterAssets } from '../../cluster/build-assets.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { until } from '../../until.ts';
import { processesOf } from './processes-of.ts';
import { sharedCluster } from '../shared-cluster.ts';

describe('cluster', () => {
  let cluster: Cluster;
  const namespace = 'cluster-test';

  const whoami = async (user: 'admin' | 'developer' | 'node'): Promise<unknown> => {
    const { stdout } = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], { user });
    const { username, groups } = JSON.parse(stdout).status.userInfo;
    return { username, groups };
  };

  before(async () => {
    cluster = await sharedCluster();
    await cluster.apply(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${namespace} } }`);
  });

  after(async () => {
    await cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  it('is v1.37.2, client and server', async () => {
    const { code, stdout, stderr } = await cluster.kubectl(['version']);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout)
      .to.match(/^Client Version: v1\.37\.2\n/)
      .and.match(/^Server Version: v1\.37\.2$/m);
  });

  it('has its namespaces from the start', async () => {
    const { stdout } = await cluster.kubectl(['get', 'namespaces', '-o', 'name']);
    expect(stdout.split('\n')).to.include.members(['namespace/default', 'namespace/kube-system']);
  });

  it('takes a dry run and keeps nothing of it', async () => {
    const { code, stdout } = await cluster.kubectl(['run', 'x', '--image=docker.io/nginx:1', '--dry-run=server']);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'pod/x created (server dry run)\n' });
    expect((await cluster.kubectl(['get', 'pods', '-o', 'name'])).stdout).to.equal('');
  });

  it('passes input, environment and working directory on to kubectl', async () => {
    const pod =
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"y"},"spec":{"containers":[{"name":"c","image":"i"}]}}';
    const { stdout } = await cluster.kubectl(['create', '-f', '-', '--dry-run=server'], { input: pod });
    expect(stdout).to.equal('pod/y created (server dry run)\n');
    const other = await cluster.kubectl(['config', 'current-context'], { env: { KUBECONFIG: '/dev/null' } });
    expect(other).to.deep.equal({ code: 1, stdout: '', stderr: 'error: current-context is not set\n' });
    const here = await cluster.kubectl(['create', '-f', 'package.json', '--dry-run=server'], { cwd: process.cwd() });
    expect(here.code).to.equal(1);
    expect(here.stderr).not.to.contain('does not exist');
  });

  it('refuses what a kubectl that fails was asked to apply, in its words', async () => {
    const error = await cluster.apply('{ apiVersion: v1, kind: Nonsense, metadata: { name: x } }').catch(String);
    expect(error).to.match(/^Error: kubectl apply ended with code 1:\n.*no matches for kind "Nonsense"/s);
  });

  it('knows who is who', async () => {
    expect(await whoami('admin')).to.deep.equal({
      username: 'admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    expect(await whoami('developer')).to.deep.equal({
      username: 'developer',
      groups: ['developers', 'system:authenticated'],
    });
    expect(await whoami('node')).to.deep.equal({
      username: 'system:node:node-1',
      groups: ['system:nodes', 'system:authenticated'],
    });
  });

  it('lets a developer run pods and create deployments, but not label namespaces', async () => {
    const user = 'developer';
    const run = ['run', 'x', '--image=i', '--dry-run=server'];
    expect(await cluster.kubectl(run, { user })).to.include({ code: 0 });
    const create = ['create', 'deployment', 'x', '--image=i', '--dry-run=server'];
    expect(await cluster.kubectl(create, { user })).to.include({ code: 0 });
    const label = await cluster.kubectl(['label', 'namespace', 'default', 'a=b', '--dry-run=server'], { user });
    expect(label.code).to.equal(1);
    expect(label.stderr).to.contain('cannot patch resource "namespaces"');
  });

  it('lets a node create a mirror pod', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'mirror', annotations: { 'kubernetes.io/config.mirror': 'x' } },
      spec: { nodeName: 'node-1', containers: [{ name: 'c', image: 'i' }] },
    };
    const args = ['create', '-f', '-', '--dry-run=server'];
    const result = await cluster.kubectl(args, { user: 'node', input: JSON.stringify(pod) });
    expect(result).to.deep.equal({ code: 0, stdout: 'pod/mirror created (server dry run)\n', stderr: '' });
  });

  it('makes a ReplicaSet and a pod of a Deployment, and events, once the controllers are on', async () => {
    await cluster.startControllers();
    const create = ['create', 'deployment', 'web', '--image=docker.io/nginx:1', '-n', namespace];
    expect(await cluster.kubectl(create)).to.include({ code: 0 });
    const names = async (kind: string): Promise<string> =>
      (await cluster.kubectl(['get', kind, '-n', namespace, '-o', 'name'])).stdout.trim();
    expect(await until(() => names('replicasets'), 'a ReplicaSet')).to.match(/^replicaset\.apps\/web-\w+$/);
    expect(await until(() => names('pods'), 'a pod')).to.match(/^pod\/web-\w+-\w+$/);
    const args = ['get', 'events', '-n', namespace, '-o', 'jsonpath={.items[*].reason}'];
    const reasons = async (): Promise<boolean> =>
      (await cluster.kubectl(args)).stdout.split(' ').includes('SuccessfulCreate');
    await until(reasons, 'the event of the pod');
  });

  it('makes pods of jobs, cron jobs, stateful sets and replication controllers', async () => {
    await cluster.startControllers();
    const run = (...args: string[]): Promise<unknown> => cluster.kubectl([...args, '-n', namespace]);
    await run('create', 'job', 'once', '--image=i');
    await run('create', 'cronjob', 'often', '--image=i', '--schedule=0 0 1 1 *');
    await run('create', 'job', 'now', '--from=cronjob/often');
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const selector = { a: 'b' };
    await cluster.apply(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [
          {
            apiVersion: 'apps/v1',
            kind: 'StatefulSet',
            metadata: { name: 'set', namespace },
            spec: { serviceName: 'set', selector: { matchLabels: selector }, template },
          },
          {
            apiVersion: 'v1',
            kind: 'ReplicationController',
            metadata: { name: 'old', namespace },
            spec: { selector, template },
          },
        ],
      }),
    );
    const args = ['get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.ownerReferences[0].name}'];
    await until(async () => {
      const owners = (await cluster.kubectl(args)).stdout.split(' ');
      return ['once', 'now', 'set', 'old'].every((owner) => owners.includes(owner));
    }, 'a pod of each');
  });

  it('removes the pods of a deleted owner, and a deleted namespace', async () => {
    await cluster.startControllers();
    await cluster.apply('{ apiVersion: v1, kind: Namespace, metadata: { name: short-lived } }');
    const create = ['create', 'deployment', 'web', '--image=i', '-n', 'short-lived'];
    expect(await cluster.kubectl(create)).to.include({ code: 0 });
    const deletion = await cluster.kubectl(['delete', 'namespace', 'short-lived', '--timeout=50s']);
    expect(deletion).to.deep.include({ code: 0, stderr: '' });
  });

  it('leaves no process and no folder when it is stopped', async () => {
    const other = await startCluster();
    const folder = dirname(other.kubeconfig);
    expect(await processesOf(folder)).to.have.length(3); // etcd, kube-apiserver, the watchdog
    await other.stop();
    await other.stop();
    expect(await processesOf(folder)).to.deep.equal([]);
    expect(existsSync(folder)).to.equal(false);
  });

  it('leaves none when the process that started it is killed', async () => {
    const module = join(import.meta.dirname, '..', '..', 'cluster', 'cluster.js');
    const script = `const { startCluster } = await import(${JSON.stringify(module)});
      console.log((await startCluster({ controllers: true })).kubeconfig);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    const folder = dirname(String(line).trim());
    expect(await processesOf(folder)).to.have.length(4);
    child.kill('SIGKILL');
    await once(child, 'close');
    await until(async () => (await processesOf(folder)).length === 0 && !existsSync(folder), 'nothing of it');
  });

  describe('with a KUBEBUILDER_ASSETS of its own', () => {
    const saved = { ...process.env };
    let folder: string;

    beforeEach(async () => {
      const assets = await clusterAssets();
      folder = await mkdtemp(join(tmpdir(), 'imagegate-assets-'));
      for (const program of ['etcd', 'kube-apiserver', 'kubectl']) {
        // oxlint-disable-next-line no-await-in-loop -- three links
        await symlink(join(assets, program), join(folder, program));
      }
      await mkdir(join(folder, 'temporary'));
      process.env['KUBEBUILDER_ASSETS'] = folder;
      process.env['TMPDIR'] = join(folder, 'temporary'); // so that what stays behind can be told from others' files
    });

    afterEach(async () => {
      for (const name of ['KUBEBUILDER_ASSETS', 'TMPDIR']) {
        if (saved[name] === undefined) delete process.env[name];
        else process.env[name] = saved[name];
      }
      await rm(folder, { recursive: true });
    });

    it('says what a component said that could not start, and leaves nothing', async () => {
      // kubectl in place of kube-apiserver ends at once: it knows none of the flags.
      await rm(join(folder, 'kube-apiserver'));
      await symlink(join(cluster.assets, 'kubectl'), join(folder, 'kube-apiserver'));
      const error = await startCluster().catch(String);
      expect(error).to.match(/^Error: kube-apiserver ended with code 1\. The end of its log:\n {4}.*unknown flag/s);
      expect(await readdir(join(folder, 'temporary'))).to.deep.equal([]);
      expect(await processesOf(folder)).to.deep.equal([]);
    });

    it('says that there are no controllers without kube-controller-manager, and leaves nothing', async () => {
      expect(await startCluster({ controllers: true }).catch(String)).to.equal(
        `Error: ${folder} has no kube-controller-manager, and without it no controller makes pods. ` +
          'Unset KUBEBUILDER_ASSETS to have it built.',
      );
      expect(await readdir(join(folder, 'temporary'))).to.deep.equal([]);
      expect(await processesOf(folder)).to.deep.equal([]);
    });
  });
});
