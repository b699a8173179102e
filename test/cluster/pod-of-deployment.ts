import type { ApiClient } from './api-client.ts';
import type { Cluster } from './cluster.ts';

/** What the Deployment imagegate-webhook says about the process of its pods. */
export interface PodOfDeployment {
  /** Where the image starts its process (Dockerfile: WORKDIR). */
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
}

/** A volume, and where it is mounted. */
export interface Mount {
  /** Absolute, in the pod. */
  readonly path: string;
  /** The ConfigMaps or Secrets that are its files; of two files of one name, the later one's is there. */
  readonly sources: readonly VolumeSource[];
}

interface Item {
  readonly key: string;
  readonly path: string;
}

/** A ConfigMap or a Secret that is a volume, or a part of one. */
export interface VolumeSource {
  readonly kind: 'configmap' | 'secret';
  /** Which of its keys, and the files that they are; all, under their own names, if nothing is said. */
  readonly items?: readonly Item[] | undefined;
  readonly name: string;
  /** Whether the pod starts without it. */
  readonly optional: boolean;
}

/** The fields of a volume that are read here. */
interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
  readonly projected?: {
    readonly sources: readonly {
      readonly configMap?: { readonly name: string; readonly optional?: boolean };
      readonly secret?: { readonly name: string; readonly items?: readonly Item[] };
    }[];
  };
}

/** The fields of a Deployment that are read here. */
interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly env?: readonly { readonly name: string; readonly value: string }[];
          readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
        }[];
        readonly volumes: readonly Volume[];
      };
    };
  };
}

/** Reads it from the cluster. @throws Error if it is not there, or has a volume of a kind that is not known here. */
export async function podOf({ api }: Cluster, namespace: string): Promise<PodOfDeployment> {
  const deployment = (await read(
    api,
    `/apis/apps/v1/namespaces/${namespace}/deployments/imagegate-webhook`,
  )) as Deployment;
  const { containers, volumes } = deployment.spec.template.spec;
  const [container] = containers;
  if (container === undefined) throw new Error('The Deployment has no container.');
  return {
    workingDirectory: '/app',
    env: Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value])),
    mounts: container.volumeMounts.map(({ name, mountPath }) => {
      const volume = volumes.find((candidate) => candidate.name === name);
      const sources = volume === undefined ? [] : sourcesOf(volume);
      if (sources.length > 0) return { path: mountPath, sources };
      throw new Error(`The volume ${name} of the Deployment is made of neither ConfigMaps nor a Secret.`);
    }),
  };
}

function sourcesOf({ configMap, secret, projected }: Volume): readonly VolumeSource[] {
  if (configMap) return [{ kind: 'configmap', name: configMap.name, optional: false }];
  if (secret) return [{ kind: 'secret', name: secret.secretName, optional: false }];
  return (projected?.sources ?? []).flatMap((source): readonly VolumeSource[] => {
    const { configMap: map, secret: projectedSecret } = source;
    if (map) return [{ kind: 'configmap', name: map.name, optional: map.optional === true }];
    return projectedSecret ? [{ kind: 'secret', optional: false, ...projectedSecret }] : [];
  });
}

/** The files of a volume of a namespace, as the cluster has them now. */
export async function volumeFiles(
  { api }: Cluster,
  namespace: string,
  { sources }: Mount,
): Promise<Readonly<Record<string, string>>> {
  const files = await Promise.all(sources.map(async (source) => sourceFiles(api, namespace, source)));
  return Object.assign({}, ...files) as Readonly<Record<string, string>>;
}

async function sourceFiles(
  api: ApiClient,
  namespace: string,
  { kind, name, optional, items }: VolumeSource,
): Promise<Readonly<Record<string, string>>> {
  const found = await read(api, `/api/v1/namespaces/${namespace}/${kind}s/${name}`, optional);
  const { data = {} } = (found ?? {}) as { data?: Readonly<Record<string, string>> };
  if (kind === 'configmap') return data;
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const);
  const all = Object.fromEntries(decoded);
  return items === undefined ? all : Object.fromEntries(items.map(({ key, path }) => [path, all[key] ?? '']));
}

async function read(api: ApiClient, path: string, optional = false): Promise<unknown> {
  const { status, text } = await api.send('GET', path);
  if (optional && status === 404) return undefined;
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
  return JSON.parse(text);
}
