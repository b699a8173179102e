import { DOCKER_HUB } from '../image/docker-hub.ts';
import type { ImageReference } from '../image/reference.ts';
import { splitAtSlash } from './registry-reading.ts';
import { registryPatterns } from './registry-patterns.ts';

/** Longer than real registry hosts; bounds the search for hostile input. */
const MAX_LENGTH = 64;

/**
 * For an image that entries of `registryPatterns` do not match: a matching reference that its author may have meant. An
 * unqualified image is tried on Docker Hub, any other on the host of an entry that differs by one character: missing,
 * added, replaced or moved.
 *
 * Two texts differ so if they are equal once one character is removed from either or both. Hosts are indexed by these
 * remainders, so the search time does not grow with the number of entries.
 */
export function registryHint(entries: readonly string[]): (image: ImageReference) => string | undefined {
  const allowed = registryPatterns(entries);
  const byRest = new Map<string, Set<string>>();
  const literal = entries.map((entry) => splitAtSlash(entry)[0]).filter((host) => !host.startsWith('*'));
  for (const host of new Set(literal)) {
    for (const rest of restsOf(host)) byRest.set(rest, (byRest.get(rest) ?? new Set()).add(host));
  }

  return (image) => {
    const { registry, repository, raw } = image;
    if (registry === undefined) return allowed.matches(image) ? `${DOCKER_HUB}/${raw}` : undefined;
    if (registry.length > MAX_LENGTH) return undefined;
    for (const rest of restsOf(registry)) {
      for (const host of byRest.get(rest) ?? []) {
        if (allowed.matches({ registry: host, repository })) return host + raw.slice(registry.length);
      }
    }
    return undefined;
  };
}

/** A text, and all its variants without one character. */
function restsOf(text: string): readonly string[] {
  return [text, ...Array.from(text, (_, index) => text.slice(0, index) + text.slice(index + 1))];
}
