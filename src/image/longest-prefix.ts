/** Values by names of one or more components with slashes between them: `docker.io`, `docker.io/bitnami`. */
export type Prefixes<T> = ReadonlyMap<string, T>;

export interface Prefixed<T> {
  readonly value: T;
  /** What follows the prefix, without a slash; empty if nothing does. */
  readonly rest: string;
}

/**
 * The value of the longest prefix of a name, by whole components. A look-up per component, however many prefixes there are.
 *
 * @param fits whether a value is one for what follows its prefix; if not, a shorter one is
 */
export function longestPrefix<T>(
  prefixes: Prefixes<T>,
  name: string,
  fits: (value: T, rest: string) => boolean = () => true,
): Prefixed<T> | undefined {
  for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1)) {
    const value = prefixes.get(name.slice(0, end));
    const rest = name.slice(end + 1);
    if (value !== undefined && fits(value, rest)) return { value, rest };
  }
  return undefined;
}

/** Whether a name is a prefix, or begins with it and a slash. */
export function isWithin(name: string, prefix: string): boolean {
  return name === prefix || name.startsWith(`${prefix}/`);
}
