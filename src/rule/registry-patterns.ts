import { parseReference, normalizedRegistry, normalizedRepository, type ImageReference } from '../image/reference.ts';
import { shown } from '../mistake/mistake.ts';
import { InvalidEntriesError, type InvalidEntry } from './invalid-entries-error.ts';

const EXPECTED = 'a registry, such as gcr.io, gcr.io/acme, *.gcr.io or localhost:5000';

/**
 * Compiles entries of the form `host[:port]` or `host[:port]/path`, where `*.host` stands for one or more labels
 * before it, and the path ends at a slash. The image is normalized before it is compared, the entries are not:
 * Docker Hub's official images are `docker.io/library`. `*` alone matches every image.
 *
 * The cost of a match grows with the image's labels and components, never with the number of entries.
 *
 * @throws {InvalidEntriesError} for entries that are no registry, or say less than they seem to.
 */
export function registryPatterns(entries: readonly string[]): {
  /** Whether the one entry is `*`, so that unqualified references match too. */
  readonly matchesAll: boolean;
  /** An unqualified reference is compared as what it is read as: one of Docker Hub. */
  readonly matches: (image: ImageReference) => boolean;
} {
  const invalid = entries.flatMap((entry, index) => invalidEntry(entry, index, entries.length));
  if (invalid.length > 0) throw new InvalidEntriesError(entries, invalid);
  if (entries[0] === '*') return { matchesAll: true, matches: () => true };

  // Paths by host; the empty path is the whole host. Hosts of wildcards keep their leading dot.
  const hosts = new Map<string, Set<string>>();
  const wildcards = new Map<string, Set<string>>();
  let longestWildcard = 0;
  for (const entry of entries) {
    const [host, path] = splitAt(entry.startsWith('*') ? entry.slice(1) : entry);
    const paths = entry.startsWith('*') ? wildcards : hosts;
    paths.set(host, (paths.get(host) ?? new Set()).add(path));
    if (entry.startsWith('*')) longestWildcard = Math.max(longestWildcard, host.length);
  }

  const matches = (image: ImageReference): boolean => {
    const host = normalizedRegistry(image);
    const paths = hosts.get(host);
    if (paths !== undefined && matchesPath(paths, normalizedRepository(image))) return true;
    // From the first dot on that leaves no more than the longest wildcard, each dot may be where one ends.
    for (
      let dot = host.indexOf('.', Math.max(1, host.length - longestWildcard));
      dot !== -1;
      dot = host.indexOf('.', dot + 1)
    ) {
      const wildcardPaths = wildcards.get(host.slice(dot));
      if (wildcardPaths !== undefined && matchesPath(wildcardPaths, normalizedRepository(image))) return true;
    }
    return false;
  };
  return { matchesAll: false, matches };
}

function matchesPath(paths: ReadonlySet<string>, repository: string): boolean {
  if (paths.has('') || paths.has(repository)) return true;
  for (let slash = repository.indexOf('/'); slash !== -1; slash = repository.indexOf('/', slash + 1)) {
    if (paths.has(repository.slice(0, slash))) return true;
  }
  return false;
}

function splitAt(entry: string): readonly [host: string, path: string] {
  const slash = entry.indexOf('/');
  return slash === -1 ? [entry, ''] : [entry.slice(0, slash), entry.slice(slash + 1)];
}

function invalidEntry(entry: string, index: number, count: number): InvalidEntry[] {
  const remedy = entryRemedy(entry, count);
  return remedy === undefined ? [] : [{ index, expected: EXPECTED, found: shown(entry), remedy }];
}

/** What to do about an entry; `undefined` if it is one. */
function entryRemedy(entry: string, count: number): string | undefined {
  if (entry === '*')
    return count === 1 ? undefined : 'To allow every registry let "*" stand alone; otherwise remove it.';
  if (entry === '') return 'Remove the empty entry; "*" alone allows every registry.';
  if (entry.includes('://')) return 'Remove the scheme.';
  if (entry.endsWith('/')) return 'Remove the trailing "/".';
  if (/[A-Z]/.test(entry)) return 'Write it in lower case.';
  const literal = entry.startsWith('*.') ? entry.slice(2) : entry;
  if (literal.includes('*')) return 'A "*" stands alone or is the first label of a host: "*.gcr.io".';
  const [host, path] = splitAt(literal);
  if (entry === literal && host !== 'localhost' && !/[.:]/.test(host)) {
    return 'A registry has a dot or a port (only localhost may do without): write the whole host name.';
  }
  if (host === 'index.docker.io') return 'It is another name of docker.io, and read as that: write docker.io.';
  if (literal.includes('@') || path.includes(':')) return 'An entry has no tag and no digest: remove it.';
  return referenceRemedy(`${entry === literal ? '' : 'label.'}${host}/${path === '' ? 'repository' : path}`);
}

/** An entry is as legal as a reference that it matches. */
function referenceRemedy(reference: string): string | undefined {
  try {
    parseReference(reference);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
