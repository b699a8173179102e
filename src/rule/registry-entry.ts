import { DOCKER_HUB, isDockerHub } from '../image/docker-hub.ts';
import { parseReference } from '../image/reference.ts';

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
