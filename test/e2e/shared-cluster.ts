import { after, before } from 'mocha';
import { clusterAssets } from '../cluster/build-assets.ts';
import { startCluster, type Cluster } from '../cluster/cluster.ts';

let started: Promise<Cluster> | undefined;

/**
 * The one cluster of a mocha run: the first call starts it, and after the last test of all files it is stopped (a
 * file that imports this one has to do nothing for that). The tests share it, so each works in a namespace of its own
 * and removes what it made outside of it, above all webhooks.
 *
 * ```ts
 * before(async () => {
 *   cluster = await sharedCluster();
 *   await cluster.startControllers(); // if it needs them
 * });
 * ```
 */
export function sharedCluster(): Promise<Cluster> {
  return (started ??= startCluster());
}

// At the top level of a file that mocha loads, these are hooks of the whole run.
before('build the programs of the cluster', async function () {
  this.timeout(20 * 60_000);
  await clusterAssets();
});

after('stop the cluster', async () => {
  await (await started)?.stop();
});
