import type { RegistryMirror } from '../../src/rule/registry-mirrors.ts';

// Mirrors by every mapping tried, in components: to compare with, and so nothing of the engine's own is called here.

/** A registry by one name. */
function canonicalHost(host: string): string {
  const plain = host.replace(/:443$/, '');
  return ['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com'].includes(plain) ? 'docker.io' : plain;
}

/** A registry, or a path on it. */
export function placeComponents(place: string): readonly string[] {
  const [host = '', ...names] = place.split('/');
  return [canonicalHost(host), ...names];
}

/** The whole name of an image; Docker Hub's official images in full by all its names. */
export function imageComponents(registry: string, repository: string): readonly string[] {
  const [host, ...names] = placeComponents(`${registry}/${repository}`) as [string, ...string[]];
  return [host, ...(host === 'docker.io' && names.length === 1 ? ['library'] : []), ...names];
}

export function begins(name: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((part, index) => name[index] === part);
}

/** Whether what is a mirror can be an image as well: an account of Docker Hub cannot. */
function isRepository(mirror: string): boolean {
  const [host, ...names] = placeComponents(mirror);
  return names.length > (host === 'docker.io' ? 1 : 0);
}

/**
 * What to write in place of an image, without its tag and digest, and the mapping that has it: of all that do the longest.
 * `undefined` if none does, or the image is at its mirror. Exceptions are of the engine's own patterns, which have tests of
 * their own.
 */
export function naiveMirror(
  mirrors: readonly RegistryMirror[],
  name: readonly string[],
): { readonly repository: string; readonly mapping: RegistryMirror } | undefined {
  const [best] = mirrors
    .map((mapping) => ({ mapping, from: placeComponents(mapping.registry) }))
    .filter(
      ({ from, mapping: { mirror } }) => begins(name, from) && (name.length > from.length || isRepository(mirror)),
    )
    .toSorted((a, b) => b.from.length - a.from.length);
  if (best === undefined || begins(name, placeComponents(best.mapping.mirror))) return undefined;
  return { repository: [best.mapping.mirror, ...name.slice(best.from.length)].join('/'), mapping: best.mapping };
}
