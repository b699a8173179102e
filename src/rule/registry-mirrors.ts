import { DOCKER_HUB } from '../image/docker-hub.ts';
import { isWithin, longestPrefix, type Prefixes } from '../image/longest-prefix.ts';
import { type ImageReference, normalizedRegistry, normalizedRepository } from '../image/reference.ts';
import { shown } from '../mistake/mistake.ts';
import { imagePatterns } from './image-patterns.ts';
import { InvalidEntriesError, prepareEach } from './invalid-entries-error.ts';
import { canonicalPlace, mirrorRemedy } from './mirror-remedy.ts';
import { registryReading, splitAtSlash } from './registry-reading.ts';
import { registryPatterns } from './registry-patterns.ts';

export interface RegistryMirror {
  /** What is mirrored, a host or a path on it: `docker.io`, `docker.io/bitnami`. */
  readonly registry: string;
  /** The mirror's host, optionally with a path: `mirror.example.com/hub`. */
  readonly mirror: string;
  /** Patterns of images that have no mirror. */
  readonly except?: readonly string[];
  /** Whether the mirror serves images by digest, as it does by default. */
  readonly digests?: 'keep' | 'refuse';
}

/** What to write in place of an image. */
export interface MirroredImage {
  /** The reference at the mirror; without the digest, if the mirror serves none. */
  readonly reference: string;
  /** `docker.io -> mirror.example.com/hub` */
  readonly mapping: string;
  /** Set if the image has a digest that the mirror does not serve: then the reference is not the same image. */
  readonly refusedBy?: string;
}

/** A mapping, compiled. */
interface Mapping extends Pick<MirroredImage, 'mapping'>, Pick<RegistryMirror, 'mirror' | 'digests'> {
  /** Whether the mirror itself is a repository, and so can stand for one image. */
  readonly isRepository: boolean;
  /** The mirror, as images are compared to it. */
  readonly place: string;
  readonly isExcepted: (image: ImageReference) => boolean;
}

/**
 * Compiles mirrors of registries and of paths on them. Of several mappings that have an image the longest counts, and what
 * follows its registry is written behind its mirror, tag and digest included. The image is normalized, both to compare it and
 * in the reference. Registries are read with the purpose `deny`, so that no alias of a registry bypasses its mirror.
 *
 * @param options.unqualified how to read an image without a registry: as one of Docker Hub (the default), or as one without
 *   a mirror.
 * @throws {InvalidEntriesError} for an invalid registry, mirror or exception, for a registry listed twice, and for a mirror
 *   whose images would have a mirror again.
 */
export function registryMirrors(
  mirrors: readonly RegistryMirror[],
  { unqualified = 'docker.io' }: { readonly unqualified?: 'untrusted' | 'docker.io' } = {},
): {
  /** The reference to use instead; `undefined` for an image that comes from its mirror, or has none. */
  readonly mirrored: (image: ImageReference) => string | undefined;
  /** The same, and what led to it. */
  readonly mirroring: (image: ImageReference) => MirroredImage | undefined;
} {
  const read = registryReading('deny');
  const mappings = compiledMappings(mirrors);

  const find = (written: ImageReference): MirroredImage | undefined => {
    const image = read.image(written);
    if (image.registry === undefined && unqualified === 'untrusted') return undefined;
    const name = `${normalizedRegistry(image)}/${normalizedRepository(image)}`;
    const found = longestPrefix(mappings, name, ({ isRepository }, rest) => rest !== '' || isRepository);
    if (found === undefined || isWithin(name, found.value.place) || found.value.isExcepted(written)) return undefined;
    const { mirror, mapping, digests } = found.value;
    const repository = found.rest === '' ? mirror : `${mirror}/${found.rest}`;
    const reference = written.tag === undefined ? repository : `${repository}:${written.tag}`;
    if (written.digest === undefined) return { reference, mapping };
    if (digests === 'refuse') return { reference, mapping, refusedBy: mirror };
    return { reference: `${reference}@${written.digest}`, mapping };
  };
  // To rewrite an image asks of it, and of the result, which is then judged; and most pods of a cluster come from few images,
  // of which the same references are read again.
  const known = new WeakMap<ImageReference, { readonly found: MirroredImage | undefined }>();
  const mirroring = (image: ImageReference): MirroredImage | undefined => {
    const before = known.get(image);
    if (before !== undefined) return before.found;
    const found = find(image);
    known.set(image, { found });
    return found;
  };
  return { mirroring, mirrored: (image) => mirroring(image)?.reference };
}

/** The mappings by what they mirror, as images are compared. */
function compiledMappings(mirrors: readonly RegistryMirror[]): Prefixes<Mapping> {
  // The first index of each registry.
  const places = new Map(mirrors.map(({ registry }, index) => [canonicalPlace(registry), index] as const).toReversed());
  const all = new Map([...places].map(([place, index]) => [place, mirrors[index]!]));
  const prepared = prepareEach(mirrors, ({ registry, mirror, except = [], digests = 'keep' }, index) => {
    const [from, place] = [canonicalPlace(registry), canonicalPlace(mirror)];
    refuseRegistry(registry, places.get(from)!, index);
    refuseMirror(mirror);
    const isExcepted = imagePatterns(except, { purpose: 'exempt' }).matches;
    const remedy = mirrorRemedy(mirror, all);
    if (remedy !== undefined) refuse('a mirror that has no mirror itself', mirror, remedy);
    const isRepository = isRepositoryAt(place);
    const mapping = { mirror, mapping: `${registry} -> ${mirror}`, digests, place, isRepository, isExcepted };
    return [from, mapping] as const;
  });
  return new Map(prepared);
}

/** On Docker Hub what has one component alone is an account, and as an image it would be read as an official one. */
function isRepositoryAt(place: string): boolean {
  const [host, path] = splitAtSlash(place);
  return host === DOCKER_HUB ? path.includes('/') : path !== '';
}

function refuseRegistry(registry: string, first: number, index: number): void {
  const expected = 'a registry or a path on it, such as docker.io, docker.io/bitnami or registry.example.com:5000';
  if (registry.includes('*')) refuse(expected, registry, 'Write it without "*": a mirror has all that is below it.');
  registryPatterns([registry]);
  if (first !== index) refuse('a registry that has no mirror yet', registry, `Entry ${first + 1} has its mirror.`);
}

function refuseMirror(mirror: string): void {
  if (mirror.includes('*')) {
    const expected = 'a mirror, such as mirror.example.com or mirror.example.com/hub';
    refuse(expected, mirror, 'References begin with it: write it without "*".');
  }
  registryPatterns([mirror]);
}

function refuse(expected: string, value: string, remedy: string): never {
  throw new InvalidEntriesError([value], [{ index: 0, expected, found: shown(value), remedy }]);
}
