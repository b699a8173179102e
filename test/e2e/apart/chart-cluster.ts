import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { startComponents } from '../../cluster/components.ts';
import { pointAtLocalGate } from '../../cluster/deploy-copy.ts';
import { copyCheckout } from '../../copy-checkout.ts';
import { startProxy } from '../../faults/proxy.ts';
import { startNode, type StandInNode } from './stand-in-node.ts';

/** An empty cluster with a node, and a copy of the checkout to install from by helm or by kubectl. */
export interface ChartCluster {
  readonly cluster: Cluster;
  readonly node: StandInNode;
  /** The copy, in which the way to the gate ends at the node: see `pointAtLocalGate`. */
  readonly checkout: string;
  /** A terminal's environment, in which kubectl and helm are the cluster's; without what npm sets for the run of this test. */
  readonly environment: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

/** @param helm the path of the program. */
export async function chartCluster(helm: string): Promise<ChartCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'imagegate-chart-'));
  const checkout = join(folder, 'imagegate');
  await copyCheckout(checkout);
  const cluster = await startCluster({ controllers: true });
  const components = startComponents(folder);
  const proxy = await startProxy();
  await pointAtLocalGate(join(checkout, 'deploy'), proxy.port);
  await pointAtLocalGate(join(checkout, 'deploy', 'chart', 'files'), proxy.port);
  const node = startNode(cluster, components, proxy, folder);
  const remove = async (): Promise<void> => {
    try {
      await node.stop();
    } finally {
      await components.stop();
      await proxy.close();
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    }
  };
  return { cluster, node, checkout, environment: environmentOf(cluster, helm), remove };
}

function environmentOf(cluster: Cluster, helm: string): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(?:npm_|NODE_OPTIONS$|INIT_CWD$)/.test(entry[0]),
  );
  const { PATH = '', KUBECONFIG = '', HOME = '' } = cluster.environment();
  // HOME stays the developer's, for npm's settings; those of kubectl and helm, and their caches, do not.
  const kubectl = { KUBECONFIG, KUBERC: 'off', KUBECACHEDIR: join(HOME, '.kube', 'cache') };
  const homes = ['CONFIG', 'CACHE', 'DATA'].map((what) => [`HELM_${what}_HOME`, join(HOME, 'helm', what)] as const);
  return {
    ...Object.fromEntries([...own, ...homes]),
    ...kubectl,
    PATH: `${dirname(helm)}:${PATH}`,
    LC_ALL: 'C',
  };
}
