import { expect } from 'chai';
import type { KubectlResult } from '../cluster/kubectl.ts';
import { pod, podSpec, restrictedPodSpec, type Json } from './objects.ts';
import { about, done, noTag, notCreated, refused, untrusted } from './sentences.ts';
import { behindTheGate } from './shared-installation.ts';

describe('exempt namespaces', () => {
  const suite = behindTheGate('exempt-test');

  const create = async (namespace: string, spec: Json): Promise<KubectlResult> =>
    suite().cluster.kubectl(['create', '-f', '-', '--namespace', namespace, '--dry-run=server'], {
      input: JSON.stringify(pod('x', spec)),
    });
  const created = done('pod/x created (server dry run)');
  const denied = (namespace: string) =>
    notCreated(about(`Pod ${namespace}/x`, [noTag('c0', 'nginx'), untrusted('c0', 'nginx')]));

  it('are imagegate, so that the gate can come back', async () => {
    expect(await create('imagegate', restrictedPodSpec('nginx'))).to.deep.equal(created);
  });

  it('are kube-system', async () => {
    expect(await create('kube-system', podSpec('nginx'))).to.deep.equal(created);
  });

  it('are no others that Kubernetes brings', async () => {
    for (const namespace of ['default', 'kube-public', 'kube-node-lease']) {
      // oxlint-disable-next-line no-await-in-loop -- three of them
      expect(await create(namespace, podSpec('nginx')), namespace).to.deep.equal(denied(namespace));
    }
  });

  it('are not those that call themselves so by a label that anyone may set', async () => {
    const { cluster } = suite();
    const names = ['kube-system', 'imagegate'];
    for (const name of names) {
      const namespace = `called-${name}`;
      const metadata = { name: namespace, labels: { name, 'app.kubernetes.io/name': name } };
      // oxlint-disable-next-line no-await-in-loop -- two of them
      await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }));
      // oxlint-disable-next-line no-await-in-loop -- two of them
      expect(await create(namespace, podSpec('nginx')), namespace).to.deep.equal(denied(namespace));
    }
    await cluster.kubectl(['delete', 'namespace', ...names.map((name) => `called-${name}`), '--wait=false']);
  });

  it('cannot be faked: the API server sets kubernetes.io/metadata.name itself', async () => {
    const { cluster } = suite();
    const label = ['label', 'namespace', 'exempt-test', 'kubernetes.io/metadata.name=kube-system', '--overwrite'];
    await cluster.kubectl(label);
    expect(await create('exempt-test', podSpec('nginx'))).to.deep.equal(denied('exempt-test'));
  });

  it('are named by their labels alone, which a developer may not set', async () => {
    const label = ['label', 'namespace', 'exempt-test', 'imagegate/disable-filtering=true'];
    expect(await suite().cluster.kubectl(label, { user: 'developer' })).to.deep.equal(
      refused(
        'Error from server (Forbidden): namespaces "exempt-test" is forbidden: User "developer" cannot patch resource "namespaces" in API group "" in the namespace "exempt-test"',
      ),
    );
  });

  it('are not those whose pods have the label of a namespace', async () => {
    const labels = { 'imagegate/disable-filtering': 'true', 'kubernetes.io/metadata.name': 'kube-system' };
    expect(await suite().dryRun(pod('x', podSpec('nginx'), { labels }), 'developer')).to.deep.equal(
      denied('exempt-test'),
    );
  });
});
