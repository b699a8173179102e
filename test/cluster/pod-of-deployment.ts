import type { Cluster } from './cluster.ts';

const namespace = 'imagegate';

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

/** A ConfigMap or a Secret that is a volume, or a part of one. */
export interface VolumeSource {
  readonly kind: 'configmap' | 'secret';
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
    readonly sources: readonly { readonly configMap?: { readonly name: string; readonly optional?: boolean } }[];
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
export async function podOf(cluster: Cluster): Promise<PodOfDeployment> {
  const deployment = (await read(cluster, 'deployment', 'imagegate-webhook')) as Deployment;
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
  return (projected?.sources ?? []).flatMap((source) =>
    source.configMap === undefined
      ? []
      : [{ kind: 'configmap' as const, name: source.configMap.name, optional: source.configMap.optional === true }],
  );
}

/** The files of a volume, as the cluster has them now. */
export async function volumeFiles(cluster: Cluster, { sources }: Mount): Promise<Readonly<Record<string, string>>> {
  const files = await Promise.all(sources.map(async (source) => sourceFiles(cluster, source)));
  return Object.assign({}, ...files) as Readonly<Record<string, string>>;
}

async function sourceFiles(
  cluster: Cluster,
  { kind, name, optional }: VolumeSource,
): Promise<Readonly<Record<string, string>>> {
  const found = await read(cluster, kind, name, optional);
  const { data = {} } = (found ?? {}) as { data?: Readonly<Record<string, string>> };
  if (kind === 'configmap') return data;
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const);
  return Object.fromEntries(decoded);
}

async function read(cluster: Cluster, kind: string, name: string, optional = false): Promise<unknown> {
  const { code, stdout, stderr } = await cluster.kubectl(['get', kind, name, '-n', namespace, '-o', 'json']);
  if (optional && stderr.includes('(NotFound)')) return undefined;
  if (code !== 0) throw new Error(`kubectl get ${kind} ${name} ended with code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
