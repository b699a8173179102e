import type { ClusterChoice } from '../cluster/cluster-client.ts';
import type { ClusterScope } from '../cluster/cluster-objects.ts';
import type { ManifestItem } from '../manifest/manifest-items.ts';
import { manifestsAt } from '../manifest/manifests-at.ts';
import type { Namespaces } from '../manifest/namespaces.ts';

/** Where objects are, by the command line. */
export interface ObjectPlaces {
  /** Files and folders of manifests; `-` is the standard input. */
  readonly paths: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
  /** In place of files: what runs there. */
  readonly cluster?: ClusterChoice | undefined;
}

/**
 * The objects there, one after the other; what cannot be read is a mistake among them.
 *
 * @param scope what to read of a cluster
 * @param namespaces is told of the Namespaces
 */
export async function* objectsAt(
  { paths, stdin, cluster }: ObjectPlaces,
  scope: ClusterScope,
  namespaces: Namespaces,
): AsyncGenerator<ManifestItem> {
  if (cluster === undefined) return yield* manifestsAt(paths, stdin, namespaces);
  const { clusterObjects } = await import('../cluster/cluster-objects.ts');
  yield* clusterObjects(cluster, scope, namespaces);
}
