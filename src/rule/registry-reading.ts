import { DOCKER_HUB, DOCKER_HUB_HOSTS, isDockerHub, OFFICIAL } from '../image/docker-hub.ts';
import { type ImageName, parseReference } from '../image/reference.ts';

/**
 * What follows for an image that an entry matches, and so which hosts are one registry:
 *
 * - `allow`: only what container runtimes read as one. `docker.io` and `index.docker.io` are Docker Hub, and a port makes
 *   another registry: nothing is trusted that was not listed.
 * - `deny`: Docker Hub by every host that serves it, and any registry also with the port of HTTPS, so that nobody gets
 *   past an entry by writing another name of what it names.
 * - `exempt`: Docker Hub as for `deny`, other registries as for `allow`.
 */
export type Purpose = 'allow' | 'exempt' | 'deny';

/** How entries and images are read before they are compared. */
export interface RegistryReading {
  /** Of a host, or of a wildcard of hosts. */
  readonly host: (host: string) => string;
  readonly image: (image: ImageName) => ImageName;
  /** Of an entry with a repository. It is two where a wildcard has Docker Hub by another name than `docker.io`. */
  readonly repositories: (entry: string) => readonly string[];
}

/** At the end of a host, so not within an IPv6 address. Zeros before it make no other port for those who connect. */
const HTTPS_PORT = /:0*443$/;

const AS_WRITTEN: RegistryReading = {
  host: (host) => host,
  image: (image) => image,
  repositories: (entry) => [entry],
};

export function registryReading(purpose: Purpose): RegistryReading {
  if (purpose === 'allow') return AS_WRITTEN;

  const read = (host: string): string => {
    const withoutPort = host.replace(HTTPS_PORT, '');
    if (DOCKER_HUB_HOSTS.includes(withoutPort)) return DOCKER_HUB;
    return purpose === 'deny' ? withoutPort : host;
  };
  const image = (written: ImageName): ImageName => {
    const registry = written.registry && read(written.registry);
    return registry === written.registry ? written : { registry, repository: written.repository };
  };
  const repositories = (entry: string): readonly string[] => {
    const [written, path] = splitAtSlash(entry);
    const host = read(written);
    // As in images: without an account it is an official one.
    const onHub = `${DOCKER_HUB}/${path.includes('/') || path === '**' ? '' : OFFICIAL}${path}`;
    if (host === DOCKER_HUB) return [onHub];
    return hasHubByAnotherName(host) ? [`${host}/${path}`, onHub] : [`${host}/${path}`];
  };
  return { host: read, image, repositories };
}

/** Images of Docker Hub are compared as `docker.io`, which a wildcard of its other hosts does not match. */
function hasHubByAnotherName(host: string): boolean {
  if (!host.startsWith('*') || DOCKER_HUB.endsWith(host.slice(1))) return false;
  const ending = host.slice(1).replace(HTTPS_PORT, '');
  return DOCKER_HUB_HOSTS.some((name) => name.endsWith(ending));
}

// What is to be done about an entry that begins with a registry; `undefined` if there is nothing.

/** The host with its port, and what follows the slash behind it; nothing where there is none. */
export function splitAtSlash(entry: string): readonly [host: string, path: string] {
  const slash = entry.indexOf('/');
  return slash === -1 ? [entry, ''] : [entry.slice(0, slash), entry.slice(slash + 1)];
}

/** About what no entry has, whatever it names. */
export function spellingRemedy(entry: string): string | undefined {
  if (entry.includes('://')) return 'Remove the scheme.';
  if (entry.endsWith('/')) return 'Remove the trailing "/".';
  return /[A-Z]/.test(entry) ? 'Write it in lower case.' : undefined;
}

/** About a host that is no registry, or not what images from it are read as; of a wildcard, what follows `*.`. */
export function hostRemedy(host: string, isWildcard: boolean): string | undefined {
  if (!isWildcard && host !== 'localhost' && !/[.:]/.test(host)) {
    return 'A registry has a dot or a port (only localhost may do without): write the whole host name.';
  }
  return host !== DOCKER_HUB && isDockerHub(host)
    ? `It is another name of ${DOCKER_HUB}, and read as that: write ${DOCKER_HUB}.`
    : undefined;
}

/** About an entry by a reference that it would match: the one is as legal as the other. */
export function referenceRemedy(reference: string): string | undefined {
  try {
    parseReference(reference);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
