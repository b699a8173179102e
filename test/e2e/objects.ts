/** A container, or a volume, of a test. */
export type Json = Readonly<Record<string, unknown>>;

/** A manifest for `kubectl create -f -`. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Json;
  readonly [field: string]: unknown;
}

/** A pod with this spec; the metadata is added to the name. */
export function pod(name: string, spec: Json, metadata: Json = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec };
}

/** A pod spec with a container `c` for each image: `c0`, `c1`, … */
export function podSpec(...images: readonly string[]): Json {
  return { containers: images.map((image, index) => ({ name: `c${index}`, image })) };
}

/** A Deployment with this pod spec, and with no replicas if nothing else is said. */
export function deployment(name: string, spec: Json, replicas = 0): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
    },
  };
}

/** A pod spec that the standard `restricted` lets in, which the namespace imagegate is held to. */
export function restrictedPodSpec(image: string): Json {
  return {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'c0',
        image,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  };
}
