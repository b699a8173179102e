import { normalizedRegistry, normalizedRepository, type ImageReference } from '../image/reference.ts';
import { shown } from '../mistake/mistake.ts';
import { portReading, type DefaultPort } from './default-port.ts';
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
 * @param options.defaultPort whether `:443` makes another registry: `kept` (the default), or `dropped`, so that nobody
 *   gets past a mirror by writing it.
 * @throws {InvalidEntriesError} for what is no registry or no mirror, and for a registry that is listed twice or is
 *   the mirror of another, of which one would have no effect.
 */
export function registryMirrors(
  mirrors: readonly RegistryMirror[],
  {
    unqualified = 'untrusted',
    defaultPort = 'kept',
  }: { readonly unqualified?: 'untrusted' | 'docker.io'; readonly defaultPort?: DefaultPort } = {},
): {
  /** The reference to write instead: `undefined` for an image that comes from its mirror, or has none. */
  readonly mirrored: (image: ImageReference) => string | undefined;
} {
  const read = portReading(defaultPort);
  // Each registry's first place in the list.
  const places = new Map(mirrors.map(({ registry }, index) => [read.entry(registry), index] as const).toReversed());
  const prepared = prepareEach(mirrors, ({ registry, mirror }, index) => {
    const [from, to] = [read.entry(registry), read.entry(mirror)];
    refuseRegistry(registry, places.get(from)!, index);
    refuseMirror(mirror, to, from, places);
    return [from, { mirror, serves: registryPatterns([to]).matches }] as const;
  });
  const byRegistry = new Map(prepared);

  const mirrored = (written: ImageReference): string | undefined => {
    const image = read.image(written);
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

/** The mirror as it is written, and then as both are compared. */
function refuseMirror(
  written: string,
  mirror: string,
  registry: string,
  registries: ReadonlyMap<string, unknown>,
): void {
  if (mirror.includes('*')) {
    const expected = 'a mirror, such as mirror.example.com or mirror.example.com/hub';
    refuse(expected, written, 'References begin with it: write it without "*".');
  }
  const [host] = splitAtSlash(mirror);
  if (mirror === registry || (host !== registry && registries.has(host))) {
    refuse('a mirror that has no mirror itself', written, 'Write where its images come from in the end.');
  }
}

function refuse(expected: string, value: string, remedy: string): never {
  throw new InvalidEntriesError([value], [{ index: 0, expected, found: shown(value), remedy }]);
}
