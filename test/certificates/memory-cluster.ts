import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterWriter } from '../../src/cluster/cluster-writer.ts';
import type { JsonObject } from '../../src/workload/json-object.ts';
import { projectRoot } from '../project-root.ts';

const shipped = (file: string): string => readFileSync(join(projectRoot, 'deploy', file), 'utf8');

/** What rewrites, as it is shipped. */
export const MUTATING_TEXT = shipped('mutating-webhook.yaml');

interface Stored {
  readonly version: number;
  readonly time: string;
  readonly manager: string;
  readonly body: JsonObject;
}

/** What an API server does with the objects that the certificates are in, as far as they need it; no default is added. */
export interface MemoryCluster {
  readonly client: ClusterWriter;
  /** Whether a pod is ready. */
  isGateReady: boolean;
  profiles: string;
  webhookText: string | undefined;
  /** `undefined` where nothing is to be rewritten. */
  mutatingText: string | undefined;
  /** Milliseconds since 1970; a write takes none. */
  now: number;
  /** How many writes there were. */
  writes: number;
  /** Which objects were written, in this order. */
  readonly written: string[];
  /** Called after each write; what it throws is what the writer gets in place of an answer. */
  onWrite: () => void;
  /** Called before each write. */
  onAsked: (path: string) => Promise<void>;
  /** What this manager is answered in place of all else. */
  refusal: { readonly status: number; readonly body: unknown } | undefined;
  /** Texts of the Secret; `undefined` without one. */
  readonly files: () => Readonly<Record<string, string>> | undefined;
  readonly entries: () => readonly JsonObject[];
  /** Of the webhook that rewrites. */
  readonly mutating: () => readonly JsonObject[];
  /** Writes as somebody else does. */
  readonly writeSecret: (files: Readonly<Record<string, string>>) => void;
  readonly writeWebhook: (entries: readonly JsonObject[]) => void;
}

export function memoryCluster(): MemoryCluster {
  const objects = new Map<string, Stored>();
  let version = 0;
  const store = (path: string, body: JsonObject, manager: string): void => {
    const there = objects.get(path);
    // As the API server does, a write that changes nothing is none.
    if (there && there.manager === manager && JSON.stringify(there.body) === JSON.stringify(body)) return;
    version += 1;
    objects.set(path, { version, manager, body, time: new Date(cluster.now).toISOString() });
  };
  const keyOf = (path: string): string => path.split('/').slice(-2).join('/');
  const SECRET = 'secrets/imagegate-webhook-certificates';
  const WEBHOOK = 'validatingwebhookconfigurations/com.imagegate.webhook';
  const MUTATING = 'mutatingwebhookconfigurations/com.imagegate.webhook';
  const entriesOf = (key: string) => (objects.get(key)?.body['webhooks'] ?? []) as readonly JsonObject[];

  const get = (path: string) => {
    const key = keyOf(path);
    if (key === 'configmaps/imagegate-webhook-entries') {
      const { webhookText, mutatingText, profiles } = cluster;
      if (webhookText === undefined) return { status: 404, body: {} };
      const mutating = mutatingText === undefined ? {} : { 'mutating-webhook.yaml': mutatingText };
      return { status: 200, body: { data: { 'webhook.yaml': webhookText, ...mutating, profiles } } };
    }
    if (key === 'deployments/imagegate-webhook') {
      return { status: 200, body: { status: cluster.isGateReady ? { readyReplicas: 1 } : {} } };
    }
    const stored = objects.get(key);
    if (stored === undefined) return { status: 404, body: {} };
    const { body, manager, time } = stored;
    const names = ((body['webhooks'] ?? []) as readonly JsonObject[]).map(({ name }) => name);
    const fields = Object.fromEntries(
      names.map((name) => [`k:${JSON.stringify({ name })}`, { 'f:clientConfig': { 'f:caBundle': {} } }]),
    );
    const managedFields = [{ manager, time, fieldsV1: { 'f:webhooks': fields } }];
    return { status: 200, body: { ...body, metadata: { resourceVersion: String(stored.version), managedFields } } };
  };
  const write = async (path: string, object: JsonObject) => {
    await cluster.onAsked(path);
    if (cluster.refusal !== undefined) return cluster.refusal;
    const { metadata, ...body } = object;
    const expected = (metadata as JsonObject)['resourceVersion'];
    const there = objects.get(keyOf(path));
    if (expected !== undefined && expected !== String(there?.version)) return { status: 409, body: {} };
    store(keyOf(path), body, 'imagegate-certificates');
    cluster.writes += 1;
    cluster.written.push(keyOf(path).split('/', 1).join());
    cluster.onWrite();
    return { status: there ? 200 : 201, body: {} };
  };
  const cluster: MemoryCluster = {
    client: {
      location: { source: { name: 'memory' } },
      get: async (path) => get(path),
      getText: async (path) => ({ status: get(path).status, text: JSON.stringify(get(path).body) }),
      getStream: async (path) => Promise.reject(new Error(`Nothing is streamed: ${path}`)),
      parsed: (text) => JSON.parse(text) as unknown,
      apply: write,
      merge: write,
      remove: async (path) => Promise.reject(new Error(`Nothing is removed: ${path}`)),
    },
    isGateReady: true,
    profiles: '',
    webhookText: shipped('webhook.yaml'),
    mutatingText: undefined,
    now: Date.now(),
    writes: 0,
    written: [],
    onWrite: () => {},
    onAsked: async () => {},
    refusal: undefined,
    files: () => {
      const data = objects.get(SECRET)?.body['data'] as Readonly<Record<string, string>> | undefined;
      if (data === undefined) return undefined;
      const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
      return Object.fromEntries(texts) as Readonly<Record<string, string>>;
    },
    entries: () => entriesOf(WEBHOOK),
    mutating: () => entriesOf(MUTATING),
    writeSecret: (files) => {
      const data = Object.entries(files).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
      store(SECRET, { data: Object.fromEntries(data) }, 'kubectl');
    },
    writeWebhook: (webhooks) => store(WEBHOOK, { webhooks }, 'kubectl'),
  };
  return cluster;
}
