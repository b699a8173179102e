import { DOCKER_HUB, OFFICIAL } from '../image/docker-hub.ts';
import { hostRemedy, referenceRemedy, spellingRemedy, splitAtSlash } from './registry-reading.ts';
import { rangeRemedy } from './tags-or-range.ts';
import { TAG_PATTERN, TAG_REMEDY } from './tag-patterns.ts';

/** A parsed entry of a list of images: `[registry/]repository[:tag][@digest]`. The parts are as written. */
export interface ImagePattern {
  readonly entry: string;
  /** The part before tag and digest. */
  readonly name: string;
  /** `**` is any registry, with any path. */
  readonly registry: string;
  readonly repository: string;
  /** A tag, a pattern of tags, or a range of versions. */
  readonly tag: string | undefined;
  /** `*` is any. */
  readonly digest: string | undefined;
}

/** Also the registry of an entry without a name, such as a digest alone. */
export const ANY_REGISTRY = '**';

/** Parses an entry, valid or not: see `imagePatternRemedy`. */
export function parseImagePattern(entry: string): ImagePattern {
  const at = entry.indexOf('@');
  const named = at === -1 ? entry : entry.slice(0, at);
  // A colon before the last slash belongs to a port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const name = colon === -1 ? named : named.slice(0, colon);
  const [registry, repository] = name === '' || name === ANY_REGISTRY ? [ANY_REGISTRY, '**'] : splitAtSlash(name);
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  return { entry, name, registry, repository, tag, digest: at === -1 ? undefined : entry.slice(at + 1) };
}

/** Whether the tag of a pattern is a range of versions: it has characters that no tag may have. */
export function isRange(tag: string): boolean {
  return /[<>=^~| ]/.test(tag);
}

/** The remedy for an invalid entry; `undefined` if it is valid. */
export function imagePatternRemedy(pattern: ImagePattern): string | undefined {
  const { entry, name, tag } = pattern;
  if (entry === '') return 'Remove the empty entry.';
  if (name === '' && tag !== undefined) return `Name the image before the tag: "**${entry}" is every one.`;
  return (
    spellingRemedy(entry, name) ??
    registryRemedy(pattern) ??
    repositoryRemedy(pattern) ??
    (tag === undefined ? undefined : tagRemedy(tag)) ??
    referenceRemedy(sampleOf(pattern))
  );
}

function registryRemedy({ entry, name, registry }: ImagePattern): string | undefined {
  if (registry === ANY_REGISTRY) return undefined;
  if (registry === '*') return `A "*" stands for one label of a host: for any registry and path write "*${entry}".`;
  if (registry.includes('**'))
    return 'In a registry "*" stands within a label, or "*." before it for one label or more.';
  const isWildcard = registry.startsWith('*.');
  const host = isWildcard ? registry.slice(2) : registry;
  if (isWildcard || host === 'localhost' || /[.:]/.test(host)) return hostRemedy(host, isWildcard);
  const onHub = `${DOCKER_HUB}/${name.includes('/') ? '' : OFFICIAL}${entry}`;
  return imagePatternRemedy(parseImagePattern(onHub)) === undefined
    ? `Name the registry: for an image of Docker Hub write ${onHub}.`
    : hostRemedy(host, isWildcard);
}

function repositoryRemedy({ entry, registry, repository }: ImagePattern): string | undefined {
  if (repository === '') return 'Name a repository after the registry: "gcr.io/**" is every one there.';
  if (repository.includes('**') && /\*\*[^/]|[^/]\*\*/.test(repository)) {
    return 'A "**" stands alone between slashes, as in "gcr.io/acme/**"; within a component write "*".';
  }
  if (registry === DOCKER_HUB && !repository.includes('/') && repository !== '**') {
    const official = entry.replace('/', `/${OFFICIAL}`);
    return `On Docker Hub a repository has an account, and that of the official images is library: write ${official}.`;
  }
  return undefined;
}

function tagRemedy(tag: string): string | undefined {
  if (isRange(tag)) return rangeRemedy(tag);
  return TAG_PATTERN.test(tag) ? undefined : TAG_REMEDY;
}

/** A reference that an entry would match, but for its tag: it is valid if the entry is. */
function sampleOf({ registry, repository, digest }: ImagePattern): string {
  const host = registry === ANY_REGISTRY ? 'x.x' : registry.replaceAll('*', 'x');
  const path = repository.replaceAll('*', 'x');
  return digest === undefined || digest === '*' ? `${host}/${path}` : `${host}/${path}@${digest}`;
}
