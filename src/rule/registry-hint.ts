import { DOCKER_HUB } from '../image/docker-hub.ts';
import type { ImageReference } from '../image/reference.ts';
import { splitAtSlash } from './registry-reading.ts';
import { registryPatterns } from './registry-patterns.ts';

/** Hosts of registries are shorter; a stranger may write a longer one to make the search long. */
const MAX_LENGTH = 64;

/**
 * For an image that entries of `registryPatterns` do not match: the reference that its author may have meant, which
 * they do match. That is the same on Docker Hub if no registry is written, and otherwise on a host of an entry that
 * differs by one character: missing, added, mistaken, or moved to another place.
 *
 * Two texts differ so if they are the same when one character is left out of either or both. Hosts are looked up by
 * what is left, so the search takes no longer for many entries.
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

/** A text, and all that is left of it without one of its characters. */
function restsOf(text: string): readonly string[] {
  return [text, ...Array.from(text, (_, index) => text.slice(0, index) + text.slice(index + 1))];
}
