import { normalizedRegistry, normalizedRepository, type ImageReference } from '../image/reference.ts';
import { shown } from '../mistake/mistake.ts';
import { InvalidEntriesError } from './invalid-entries-error.ts';
import { prepareEach } from './prepare-each.ts';
import { splitAtSlash } from './registry-entry.ts';
import { registryPatterns } from './registry-patterns.ts';

export interface RegistryMirror {
  /** The host of what is mirrored: `docker.io`. */
  readonly registry: string;
  /** Where the mirror has it, the host and perhaps a path: `mirror.example.com/hub`. */
  readonly mirror: string;
}

/**
 * Compiles mirrors of whole registries. The image is normalized before it is compared, and in what is to be written.
 *
 * @param options.unqualified what an image without a registry is: one that has no mirror (the default), or one of
 *   Docker Hub.
 * @throws {InvalidEntriesError} for what is no registry or no mirror, and for a registry that is listed twice or is
 *   the mirror of another, of which one would have no effect.
 */
export function registryMirrors(
  mirrors: readonly RegistryMirror[],
  { unqualified = 'untrusted' }: { readonly unqualified?: 'untrusted' | 'docker.io' } = {},
): {
  /** The reference to write instead: `undefined` for an image that comes from its mirror, or has none. */
  readonly mirrored: (image: ImageReference) => string | undefined;
} {
  // Each registry's first place in the list.
  const places = new Map(mirrors.map(({ registry }, index) => [registry, index] as const).toReversed());
  const prepared = prepareEach(mirrors, ({ registry, mirror }, index) => {
    refuseRegistry(registry, places.get(registry)!, index);
    refuseMirror(mirror, registry, places);
    return [registry, { mirror, serves: registryPatterns([mirror]).matches }] as const;
  });
  const byRegistry = new Map(prepared);

  const mirrored = (image: ImageReference): string | undefined => {
    if (image.registry === undefined && unqualified === 'untrusted') return undefined;
    const found = byRegistry.get(normalizedRegistry(image));
    if (found === undefined || found.serves(image)) return undefined;
    const tag = image.tag === undefined ? '' : `:${image.tag}`;
    const digest = image.digest === undefined ? '' : `@${image.digest}`;
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

function refuseMirror(mirror: string, registry: string, registries: ReadonlyMap<string, unknown>): void {
  if (mirror.includes('*')) {
    const expected = 'a mirror, such as mirror.example.com or mirror.example.com/hub';
    refuse(expected, mirror, 'References begin with it: write it without "*".');
  }
  const [host] = splitAtSlash(mirror);
  if (mirror === registry || (host !== registry && registries.has(host))) {
    refuse('a mirror that has no mirror itself', mirror, 'Write where its images come from in the end.');
  }
}

function refuse(expected: string, value: string, remedy: string): never {
  throw new InvalidEntriesError([value], [{ index: 0, expected, found: shown(value), remedy }]);
}
