import type { ManifestItem } from '../manifest/manifest-items.ts';
import type { Namespaces } from '../manifest/namespaces.ts';
import { MistakesError } from '../mistake/mistake.ts';
import { KNOWN_KINDS } from '../workload/pod-spec.ts';
import { type ClusterChoice, connectCluster } from './cluster-client.ts';
import { listObjects } from './list-objects.ts';

/** What to read of a cluster. */
export interface ClusterScope {
  /** Those beside the built-in ones that pods are made from, as `group/kind`. */
  readonly kinds: Iterable<string>;
  /** Of which alone. */
  readonly namespace?: string | undefined;
}

/**
 * The Namespaces of a cluster, and all that pods are made from. What cannot be read is a mistake among them.
 *
 * @param namespaces is told of the Namespaces
 */
export async function* clusterObjects(
  choice: ClusterChoice,
  { kinds, namespace }: ClusterScope,
  namespaces: Namespaces,
): AsyncGenerator<ManifestItem> {
  try {
    const client = await connectCluster(choice);
    for await (const item of listObjects(client, new Set(['/Namespace', ...KNOWN_KINDS, ...kinds]), namespace)) {
      if ('object' in item) namespaces.add(item.object);
      yield item;
    }
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    for (const mistake of error.mistakes) yield { mistake };
  }
}
