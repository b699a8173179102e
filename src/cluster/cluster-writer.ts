import type { JsonObject } from '../workload/json-object.ts';
import { type ClusterAnswer, type ClusterChoice, type ClusterClient, clientOf, openCluster } from './cluster-client.ts';

/** Asks an API server, and writes. */
export interface ClusterWriter extends ClusterClient {
  /** Server-side apply: makes the object, or takes over the fields that it has. A `resourceVersion` is a condition. */
  readonly apply: (path: string, object: JsonObject) => Promise<ClusterAnswer>;
  /** A merge patch: replaces lists as a whole, whoever owns what is in them. */
  readonly merge: (path: string, object: JsonObject) => Promise<ClusterAnswer>;
  readonly remove: (path: string) => Promise<ClusterAnswer>;
}

/**
 * @param manager whose fields those are that it writes
 * @throws {MistakesError} as `connectCluster` does.
 */
export async function connectWriter(choice: ClusterChoice, manager: string): Promise<ClusterWriter> {
  const access = await openCluster(choice);
  const client = clientOf(access);
  const patch = (contentType: string, query: string) => async (path: string, object: JsonObject) => {
    const body = JSON.stringify(object);
    const { status, text } = await access.send({
      path: `${path}?fieldManager=${manager}${query}`,
      patch: { contentType, body },
    });
    return { status, body: client.parsed(text) };
  };
  return {
    ...client,
    apply: patch('application/apply-patch+yaml', '&force=true'),
    merge: patch('application/merge-patch+json', ''),
    remove: async (path) => {
      const { status, text } = await access.send({ path, removes: true });
      return { status, body: client.parsed(text) };
    },
  };
}
