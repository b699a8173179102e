import { DOCKER_HUB } from '../image/docker-hub.ts';
import { type ImageName, normalizedRegistry, normalizedRepository } from '../image/reference.ts';
import { shown } from '../mistake/mistake.ts';
import { hostTable } from './host-table.ts';
import { InvalidEntriesError } from './invalid-entries-error.ts';
import {
  hostRemedy,
  type Purpose,
  referenceRemedy,
  registryReading,
  spellingRemedy,
  splitAtSlash,
} from './registry-reading.ts';
import { globMatcher } from '../image/glob.ts';

const EXPECTED =
  'a registry and a pattern of repositories, such as docker.io/library/*, gcr.io/acme/** or *.gcr.io/acme/app';

/**
 * Compiles patterns over registry and repository. The registry is literal, `host[:port]`, or `*.host` for one or more
 * labels before it. In the repository `*` stands for any run of characters within a component, and `**` for one
 * component or more. The image is normalized before it is compared, the entries are not: Docker Hub's official images
 * are `docker.io/library/*`.
 *
 * Entries are indexed by the components before their first `*`, so that of many entries only those with the image's
 * prefix are compared.
 *
 * @param options.purpose what a match means, and so which hosts count as one registry; `allow` by default.
 * @param options.unqualified how to read an image without a registry: as matching no entry (the default for `allow`), or
 *   as one of Docker Hub (the default otherwise).
 * @throws {InvalidEntriesError} for entries that no image could match, or that match less than they seem to.
 */
export function repositoryPatterns(
  entries: readonly string[],
  {
    purpose = 'allow',
    unqualified = purpose === 'allow' ? 'untrusted' : 'docker.io',
  }: { readonly purpose?: Purpose; readonly unqualified?: 'untrusted' | 'docker.io' } = {},
): { readonly matches: (image: ImageName) => boolean } {
  const invalid = entries.flatMap((entry, index) => {
    const remedy = entryRemedy(entry);
    return remedy === undefined ? [] : [{ index, expected: EXPECTED, found: shown(entry), remedy }];
  });
  if (invalid.length > 0) throw new InvalidEntriesError(entries, invalid);

  const read = registryReading(purpose);
  // By host, then by the literal components of the prefix: the patterns for the rest.
  const hosts = hostTable(() => new Map<string, ReturnType<typeof componentsMatcher>[]>());
  for (const entry of entries.flatMap(read.repositories)) {
    const [host, path] = splitAtSlash(entry);
    const components = path.split('/');
    const wild = components.findIndex((component) => component.includes('*'));
    const literal = wild === -1 ? components.length : wild;
    const beginning = components.slice(0, literal).join('/');
    const beginnings = hosts.entry(host);
    const patterns = beginnings.get(beginning) ?? [];
    patterns.push(componentsMatcher(components.slice(literal)));
    beginnings.set(beginning, patterns);
  }

  const matches = (written: ImageName): boolean => {
    const image = read.image(written);
    if (image.registry === undefined && unqualified === 'untrusted') return false;
    const components = normalizedRepository(image).split('/');
    return hosts.some(normalizedRegistry(image), (beginnings) => {
      let beginning = '';
      for (let from = 0; from <= components.length; from += 1) {
        if (from > 0) beginning += `${from > 1 ? '/' : ''}${components[from - 1]}`;
        if (beginnings.get(beginning)?.some((matchesRest) => matchesRest(components, from))) return true;
      }
      return false;
    });
  };
  return { matches };
}

/** The remedy for an invalid entry; `undefined` if it is valid. */
function entryRemedy(entry: string): string | undefined {
  if (entry === '') return 'Remove the empty entry.';
  const isWildcard = entry.startsWith('*.');
  const [host, path] = splitAtSlash(isWildcard ? entry.slice(2) : entry);
  return (
    spellingRemedy(entry) ??
    (host.includes('*')
      ? 'Name the registry: a "*" in it is the whole first label, as in "*.gcr.io/acme/app".'
      : undefined) ??
    hostRemedy(host, isWildcard) ??
    (entry.includes('@') || path.includes(':') ? 'An entry has no tag and no digest: remove it.' : undefined) ??
    repositoryRemedy(host, path, isWildcard) ??
    referenceRemedy(`${isWildcard ? 'label.' : ''}${host}/${path.replaceAll(/\*+/g, 'a')}`)
  );
}

function repositoryRemedy(host: string, path: string, isWildcard: boolean): string | undefined {
  if (path === '') return 'Name a repository after the registry: "gcr.io/**" is every one there.';
  const components = path.split('/');
  if (components.some((component) => component.includes('**') && component !== '**')) {
    return 'A "**" stands alone between slashes, as in "gcr.io/acme/**"; within a component write "*".';
  }
  if (host === DOCKER_HUB && !isWildcard && components.length === 1 && path !== '**') {
    return 'On Docker Hub a repository has an account, and that of the official images is library: write docker.io/library/nginx for nginx.';
  }
  return undefined;
}

type Matcher = (component: string) => boolean;

/**
 * Matches the components of a repository from an index on: `*` stands for any run of characters of one component, `**` for
 * one component or more. Between two `**` the first match is as good as any later one, so there is no backtracking:
 * each component, 128 at most, is compared at most once with each of the pattern.
 */
function componentsMatcher(pattern: readonly string[]): (components: readonly string[], from: number) => boolean {
  const [first = [], ...runs] = runsOf(pattern);
  const last = runs.pop();
  if (last === undefined) {
    return (components, from) => components.length - from === first.length && fits(first, components, from);
  }
  return (components, from) => {
    if (!fits(first, components, from)) return false;
    let end = from + first.length;
    for (const run of runs) {
      // Each `**` matches at least one component.
      let start = end + 1;
      while (start + run.length <= components.length && !fits(run, components, start)) start += 1;
      end = start + run.length;
    }
    const start = components.length - last.length;
    return start >= end + 1 && fits(last, components, start);
  };
}

/** The parts of a pattern before, between and after its `**`. */
function runsOf(pattern: readonly string[]): readonly (readonly Matcher[])[] {
  const runs: Matcher[][] = [[]];
  for (const component of pattern) {
    if (component === '**') runs.push([]);
    else runs.at(-1)!.push(globMatcher(component));
  }
  return runs;
}

function fits(run: readonly Matcher[], components: readonly string[], from: number): boolean {
  if (from + run.length > components.length) return false;
  for (let index = 0; index < run.length; index += 1) {
    if (!run[index]!(components[from + index]!)) return false;
  }
  return true;
}
