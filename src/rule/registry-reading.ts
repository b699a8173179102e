import { DOCKER_HUB, DOCKER_HUB_HOSTS, isDockerHub } from '../image/docker-hub.ts';
import { type ImageName, parseReference } from '../image/reference.ts';

/**
 * What a match means for an image, and so which hosts count as one registry:
 *
 * - `allow`: only those that container runtimes read as one. `docker.io` and `index.docker.io` are Docker Hub, and a port
 *   makes another registry: nothing is trusted that is not listed.
 * - `deny`: every host that serves Docker Hub, and any registry also with the HTTPS port, so that no alias bypasses an
 *   entry.
 * - `exempt`: Docker Hub as for `deny`, other registries as for `allow`.
 */
export type Purpose = 'allow' | 'exempt' | 'deny';

/** Canonicalizes entries and images before they are compared. */
export interface RegistryReading {
  /** A host, or a wildcard of hosts. */
  readonly host: (host: string) => string;
  readonly image: (image: ImageName) => ImageName;
}

/** At the end of a host, so not within an IPv6 address. Leading zeros are the same port to clients. */
const HTTPS_PORT = /:0*443$/;

const AS_WRITTEN: RegistryReading = {
  host: (host) => host,
  image: (image) => image,
};

export function registryReading(purpose: Purpose): RegistryReading {
  if (purpose === 'allow') return AS_WRITTEN;

  const read = (host: string): string => {
    const withoutPort = withoutHttpsPort(host);
    if (DOCKER_HUB_HOSTS.includes(withoutPort)) return DOCKER_HUB;
    return purpose === 'deny' ? withoutPort : host;
  };
  const image = (written: ImageName): ImageName => {
    const registry = written.registry && read(written.registry);
    return registry === written.registry ? written : { registry, repository: written.repository };
  };
  return { host: read, image };
}

export function withoutHttpsPort(host: string): string {
  return host.replace(HTTPS_PORT, '');
}

// Remedies for an entry that begins with a registry; `undefined` if it is valid.

/** The host with its port, and what follows the slash; empty if there is none. */
export function splitAtSlash(entry: string): readonly [host: string, path: string] {
  const slash = entry.indexOf('/');
  return slash === -1 ? [entry, ''] : [entry.slice(0, slash), entry.slice(slash + 1)];
}

/** For what no entry may contain. `name` is the part before a tag. */
export function spellingRemedy(entry: string, name = entry): string | undefined {
  if (entry.includes('$') || entry.includes('{{')) return 'A variable was not filled in: write what it stands for.';
  if (entry.includes('://')) return 'Remove the scheme.';
  if (name.endsWith('/')) return 'Remove the trailing "/".';
  return /[A-Z]/.test(name) ? 'Write it in lower case.' : undefined;
}

/** For a host that is no registry, or an alias of Docker Hub; of a wildcard, the part after `*.`. */
export function hostRemedy(host: string, isWildcard: boolean): string | undefined {
  if (!isWildcard && host !== 'localhost' && !/[.:]/.test(host)) {
    return 'A registry has a dot or a port (only localhost may do without): write the whole host name.';
  }
  return host !== DOCKER_HUB && isDockerHub(host)
    ? `It is another name of ${DOCKER_HUB}, and read as that: write ${DOCKER_HUB}.`
    : undefined;
}

/** For an entry, by a reference that it would match: both are valid or neither is. */
export function referenceRemedy(reference: string): string | undefined {
  try {
    parseReference(reference);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
