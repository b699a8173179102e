/**
 * What entries say about hosts, by host: `host[:port]`, or `*.host[:port]`, which stands for one or more labels before
 * it. To ask takes a look-up for each label of a host, however many entries there are.
 */
export interface HostTable<T> {
  /** What is said about a host as an entry names it; made where nothing is said yet. */
  readonly entry: (host: string) => T;
  /** Whether the test holds for any of what is said about this very host. */
  readonly some: (host: string, test: (said: T) => boolean) => boolean;
}

export function hostTable<T>(make: () => T): HostTable<T> {
  // By host; those of wildcards keep their leading dot, which no host has.
  const table = new Map<string, T>();
  let longestWildcard = 0;

  const entry = (host: string): T => {
    const key = host.startsWith('*') ? host.slice(1) : host;
    if (key !== host) longestWildcard = Math.max(longestWildcard, key.length);
    let said = table.get(key);
    if (said === undefined) table.set(key, (said = make()));
    return said;
  };

  const some = (host: string, test: (said: T) => boolean): boolean => {
    const literal = table.get(host);
    if (literal !== undefined && test(literal)) return true;
    // From the first dot on that leaves no more than the longest wildcard, each dot may be where one ends.
    for (
      let dot = host.indexOf('.', Math.max(1, host.length - longestWildcard));
      dot !== -1;
      dot = host.indexOf('.', dot + 1)
    ) {
      const wildcard = table.get(host.slice(dot));
      if (wildcard !== undefined && test(wildcard)) return true;
    }
    return false;
  };
  return { entry, some };
}
