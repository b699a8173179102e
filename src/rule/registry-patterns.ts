import { type ImageName, normalizedRegistry, normalizedRepository } from '../image/reference.ts';
import { shown } from '../mistake/mistake.ts';
import { hostTable } from './host-table.ts';
import { InvalidEntriesError, type InvalidEntry } from './invalid-entries-error.ts';
import { hostRemedy, referenceRemedy, spellingRemedy, splitAtSlash } from './registry-reading.ts';

const EXPECTED = 'a registry, such as gcr.io, gcr.io/acme, *.gcr.io or localhost:5000';

/**
 * Compiles entries of the form `host[:port]` or `host[:port]/path`, where `*.host` stands for one or more labels
 * before it, and the path matches whole components. The image is normalized before it is compared, the entries are not:
 * Docker Hub's official images are `docker.io/library`. `*` alone matches every image.
 *
 * The cost of a match grows with the image's labels and components, never with the number of entries.
 *
 * @throws {InvalidEntriesError} for entries that are no registry, or match less than they seem to.
 */
export function registryPatterns(entries: readonly string[]): {
  /** Whether the only entry is `*`, so that unqualified references match, too. */
  readonly matchesAll: boolean;
  /** An unqualified reference is compared as one of Docker Hub. */
  readonly matches: (image: ImageName) => boolean;
} {
  const invalid = entries.flatMap((entry, index) => invalidEntry(entry, index, entries.length));
  if (invalid.length > 0) throw new InvalidEntriesError(entries, invalid);
  if (entries[0] === '*') return { matchesAll: true, matches: () => true };

  // Paths by host; the empty path is the whole host.
  const hosts = hostTable(() => new Set<string>());
  for (const entry of entries) {
    const [host, path] = splitAtSlash(entry);
    hosts.entry(host).add(path);
  }
  const matches = (image: ImageName): boolean =>
    hosts.some(normalizedRegistry(image), (paths) => matchesPath(paths, normalizedRepository(image)));
  return { matchesAll: false, matches };
}

function matchesPath(paths: ReadonlySet<string>, repository: string): boolean {
  if (paths.has('') || paths.has(repository)) return true;
  for (let slash = repository.indexOf('/'); slash !== -1; slash = repository.indexOf('/', slash + 1)) {
    if (paths.has(repository.slice(0, slash))) return true;
  }
  return false;
}

function invalidEntry(entry: string, index: number, count: number): InvalidEntry[] {
  const remedy = entryRemedy(entry, count);
  return remedy === undefined ? [] : [{ index, expected: EXPECTED, found: shown(entry), remedy }];
}

/** The remedy for an invalid entry; `undefined` if it is valid. */
function entryRemedy(entry: string, count: number): string | undefined {
  if (entry === '*')
    return count === 1 ? undefined : 'To allow every registry let "*" stand alone; otherwise remove it.';
  if (entry === '') return 'Remove the empty entry; "*" alone allows every registry.';
  const isWildcard = entry.startsWith('*.');
  const literal = isWildcard ? entry.slice(2) : entry;
  const [host, path] = splitAtSlash(literal);
  return (
    spellingRemedy(entry) ??
    (literal.includes('*') ? 'A "*" stands alone or is the first label of a host: "*.gcr.io".' : undefined) ??
    hostRemedy(host, isWildcard) ??
    (literal.includes('@') || path.includes(':') ? 'An entry has no tag and no digest: remove it.' : undefined) ??
    referenceRemedy(`${isWildcard ? 'label.' : ''}${host}/${path === '' ? 'repository' : path}`)
  );
}
