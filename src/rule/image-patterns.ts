import { DOCKER_HUB, DOCKER_HUB_HOSTS, OFFICIAL } from '../image/docker-hub.ts';
import { type ImageReference, normalizedRegistry, normalizedRepository } from '../image/reference.ts';
import { shown } from '../mistake/mistake.ts';
import { ANY_REGISTRY, type ImagePattern, imagePatternRemedy, isRange, parseImagePattern } from './image-pattern.ts';
import { InvalidEntriesError } from './invalid-entries-error.ts';
import { patternTree } from './pattern-tree.ts';
import { type Purpose, registryReading, withoutHttpsPort } from './registry-reading.ts';
import { versionRange } from './tags-or-range.ts';

const EXPECTED =
  'a pattern of images, such as docker.io/library/*, *.gcr.io/acme/**, gcr.io/acme/app:1.* or **/*-debug';

// The stars of entries in the pattern tree's syntax.
const [LABEL, LABELS, COMPONENT, ALL] = ['*.', '*:', '*/', '* '];

type Name = Pick<ImagePattern, 'registry' | 'repository'>;

/** The registry of an untrusted unqualified image: no host, so that only `**` matches it. */
const NOWHERE = '-';

/**
 * Compiles patterns of images, `[registry/]repository[:tag][@digest]`.
 *
 * - Registry: `host[:port]`, in which `*` stands for any run of characters within a label, and a leading `*.` for one or
 *   more labels; `**` for any registry, with any path.
 * - Repository: `*` stands for any run of characters within a component, `**` for one component or more.
 * - Tag: as for `tagPatterns`, or a range as for `versionRange`.
 * - Digest: exact, or `*` for any. A digest alone, `@sha256:…`, matches in any repository.
 *
 * Registry and repository of the image are normalized before they are compared, the entries are not: Docker Hub's official
 * images are `docker.io/library/*`. An entry without tag and digest matches all of them. Entries that allow or exempt are
 * narrow: a tag alone does not match an image with a digest, which is what runs. Entries that deny are wide: a tag matches
 * beside any digest, an exact digest beside any tag, and an image with neither has the tag `latest`.
 *
 * The cost of a match grows with the image's length, not with the number of entries that differ from it early.
 *
 * @param options.purpose what a match means, and so which hosts count as one registry; `allow` by default.
 * @param options.unqualified how to read an image without a registry: as matching no entry (the default for `allow`; for
 *   `deny`, entries with any registry match it still), or as one of Docker Hub (the default otherwise).
 * @throws {InvalidEntriesError} for entries that no image could match, or that match less than they seem to.
 */
export function imagePatterns(
  entries: readonly string[],
  {
    purpose = 'allow',
    unqualified = purpose === 'allow' ? 'untrusted' : 'docker.io',
  }: { readonly purpose?: Purpose; readonly unqualified?: 'untrusted' | 'docker.io' } = {},
): { readonly matches: (image: ImageReference) => boolean } {
  const patterns = entries.map(parseImagePattern);
  const invalid = patterns.flatMap((pattern, index) => {
    const remedy = imagePatternRemedy(pattern);
    return remedy === undefined ? [] : [{ index, expected: EXPECTED, found: shown(pattern.entry), remedy }];
  });
  if (invalid.length > 0) throw new InvalidEntriesError(entries, invalid);

  const isWide = purpose === 'deny';
  const read = registryReading(purpose);
  const tree = patternTree<(tag: string) => boolean>();
  for (const pattern of patterns) {
    const { texts, range } = patternTexts(pattern, purpose);
    const test = range === undefined ? always : versionRange(range, { purpose }).matches;
    for (const text of texts) tree.add(text, test);
  }

  const matches = (image: ImageReference): boolean => {
    const isUntrusted = image.registry === undefined && unqualified === 'untrusted';
    if (isUntrusted && !isWide) return false;
    const name = read.image(image);
    const registry = isUntrusted ? NOWHERE : normalizedRegistry(name);
    const tag = image.tag ?? (isWide && image.digest === undefined ? 'latest' : undefined);
    const version = `${tag === undefined ? '' : `:${tag}`} ${image.digest === undefined ? '' : `@${image.digest}`} `;
    return tree.some(`${registry}/${normalizedRepository(name)} ${version}`, (test) => test(tag ?? ''));
  };
  return { matches };
}

const always = (): boolean => true;

/** A pattern in the syntax of the pattern tree, matched with `registry/repository :tag @digest `. */
export interface PatternTexts {
  readonly texts: readonly string[];
  /** The versions that the tag must be in, if any. */
  readonly range: string | undefined;
}

export function patternTexts(written: ImagePattern, purpose: Purpose): PatternTexts {
  const isWide = purpose === 'deny';
  // The digest is what runs, whatever the tag.
  const isByDigest = isWide && written.digest !== undefined && written.digest !== '*';
  const pattern = isByDigest ? { ...written, tag: undefined } : written;
  const { tag, repository } = pattern;
  const version = versionText(pattern, isWide);
  const host = registryReading(purpose).host(pattern.registry);
  const names = purpose === 'allow' ? [pattern] : namesOf(host, repository);
  return {
    texts: names.map((name) => nameText(name) + version),
    range: tag !== undefined && isRange(tag) ? tag : undefined,
  };
}

/** The names that a pattern stands for: also one on `docker.io`, if it matches another host of Docker Hub. */
function namesOf(registry: string, repository: string): readonly Name[] {
  // As in images: without an account it is an official image.
  const prefix = repository.includes('/') || repository === '**' ? '' : OFFICIAL;
  const onHub = { registry: DOCKER_HUB, repository: prefix + repository };
  if (registry === DOCKER_HUB) return [onHub];
  return [{ registry, repository }, ...(hasHubByAnotherName(registry) ? [onHub] : [])];
}

/** Whether a wildcard matches only other hosts of Docker Hub: images are compared as `docker.io`. */
function hasHubByAnotherName(host: string): boolean {
  if (!host.includes('*') || host === ANY_REGISTRY) return false;
  return !hostMatcher(host)(DOCKER_HUB) && DOCKER_HUB_HOSTS.some(hostMatcher(withoutHttpsPort(host)));
}

function hostMatcher(pattern: string): (host: string) => boolean {
  const tree = patternTree<true>();
  tree.add(`${registryText(pattern)}/`, true);
  return (host) => tree.some(`${host}/`, () => true);
}

function nameText({ registry, repository }: Name): string {
  const path = repository
    .split('**')
    .map((run) => run.replaceAll('*', COMPONENT))
    .join(ALL);
  return `${registryText(registry)}/${path} `;
}

function registryText(registry: string): string {
  if (registry === ANY_REGISTRY) return ALL;
  const isBelow = registry.startsWith('*.');
  return (isBelow ? LABELS : '') + (isBelow ? registry.slice(1) : registry).replaceAll('*', LABEL);
}

/** The pattern of tag and digest, in the form in which `matches` writes them. */
function versionText({ tag, digest }: ImagePattern, isWide: boolean): string {
  if (tag === undefined && digest === undefined) return '';
  const ofTag = tag === undefined ? ALL : `:${isRange(tag) ? ALL : tag.replaceAll(/\*+/g, ALL)}`;
  if (digest !== undefined) return `${ofTag} @${digest.replace('*', ALL)} `;
  return isWide ? `${ofTag} ` : `${ofTag}  `;
}
