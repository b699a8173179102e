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
  readonly kind: 'configmap' | 'secret';
  /** The name of the ConfigMap or the Secret. */
  readonly name: string;
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
        readonly volumes: readonly {
          readonly name: string;
          readonly configMap?: { readonly name: string };
          readonly secret?: { readonly secretName: string };
        }[];
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
      if (volume?.configMap) return { path: mountPath, kind: 'configmap', name: volume.configMap.name };
      if (volume?.secret) return { path: mountPath, kind: 'secret', name: volume.secret.secretName };
      throw new Error(`The volume ${name} of the Deployment is neither a ConfigMap nor a Secret.`);
    }),
  };
}

/** The files of a volume, as the cluster has them now. */
export async function volumeFiles(cluster: Cluster, { kind, name }: Mount): Promise<Readonly<Record<string, string>>> {
  const { data = {} } = (await read(cluster, kind, name)) as { data?: Readonly<Record<string, string>> };
  if (kind === 'configmap') return data;
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const);
  return Object.fromEntries(decoded);
}

async function read(cluster: Cluster, kind: string, name: string): Promise<unknown> {
  const { code, stdout, stderr } = await cluster.kubectl(['get', kind, name, '-n', namespace, '-o', 'json']);
  if (code !== 0) throw new Error(`kubectl get ${kind} ${name} ended with code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
