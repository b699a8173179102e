import { type ImageReference, normalizedRegistry, normalizedRepository } from '../image/reference.ts';
import { shown } from '../mistake/mistake.ts';
import { InvalidEntriesError, prepareEach } from './invalid-entries-error.ts';
import { registryReading, splitAtSlash } from './registry-reading.ts';
import { registryPatterns } from './registry-patterns.ts';

export interface RegistryMirror {
  /** The host of the mirrored registry: `docker.io`. */
  readonly registry: string;
  /** The mirror's host, optionally with a path: `mirror.example.com/hub`. */
  readonly mirror: string;
}

/**
 * Compiles mirrors of whole registries. The image is normalized, both to compare it and in the suggested reference.
 * Registries are read with the purpose `deny`, so that no alias of a registry bypasses its mirror.
 *
 * @param options.unqualified how to read an image without a registry: as one of Docker Hub (the default), or as one without
 *   a mirror.
 * @throws {InvalidEntriesError} for an invalid registry or mirror, for a registry listed twice, and for one that is itself a
 *   mirror.
 */
export function registryMirrors(
  mirrors: readonly RegistryMirror[],
  { unqualified = 'docker.io' }: { readonly unqualified?: 'untrusted' | 'docker.io' } = {},
): {
  /** The reference to use instead; `undefined` for an image that comes from its mirror, or has none. */
  readonly mirrored: (image: ImageReference) => string | undefined;
} {
  const read = registryReading('deny');
  // The first index of each registry.
  const places = new Map(mirrors.map(({ registry }, index) => [read.host(registry), index] as const).toReversed());
  const prepared = prepareEach(mirrors, ({ registry, mirror }, index) => {
    const from = read.host(registry);
    const [host, path] = splitAtSlash(mirror);
    const to = read.host(host);
    refuseRegistry(registry, places.get(from)!, index);
    refuseMirror(mirror, { isRegistry: to === from && path === '', isMirrored: to !== from && places.has(to) });
    return [from, { mirror, serves: registryPatterns([path === '' ? to : `${to}/${path}`]).matches }] as const;
  });
  const byRegistry = new Map(prepared);

  const mirrored = (written: ImageReference): string | undefined => {
    const image = read.image(written);
    if (image.registry === undefined && unqualified === 'untrusted') return undefined;
    const found = byRegistry.get(normalizedRegistry(image));
    if (found === undefined || found.serves(image)) return undefined;
    const tag = written.tag === undefined ? '' : `:${written.tag}`;
    const digest = written.digest === undefined ? '' : `@${written.digest}`;
    return `${found.mirror}/${normalizedRepository(image)}${tag}${digest}`;
  };
  return { mirrored };
}

function refuseRegistry(registry: string, first: number, index: number): void {
  const expected = 'the host of a registry, such as docker.io or registry.example.com:5000';
  if (/[*/]/.test(registry.replace('://', ''))) {
    refuse(expected, registry, 'Write the host alone: a mirror has all of a registry.');
  }
  registryPatterns([registry]);
  if (first !== index) refuse('a registry that has no mirror yet', registry, `Entry ${first + 1} has its mirror.`);
}

function refuseMirror(
  mirror: string,
  { isRegistry, isMirrored }: { readonly isRegistry: boolean; readonly isMirrored: boolean },
): void {
  if (mirror.includes('*')) {
    const expected = 'a mirror, such as mirror.example.com or mirror.example.com/hub';
    refuse(expected, mirror, 'References begin with it: write it without "*".');
  }
  registryPatterns([mirror]);
  if (isRegistry || isMirrored) {
    refuse('a mirror that has no mirror itself', mirror, 'Write where its images come from in the end.');
  }
}

function refuse(expected: string, value: string, remedy: string): never {
  throw new InvalidEntriesError([value], [{ index: 0, expected, found: shown(value), remedy }]);
}
