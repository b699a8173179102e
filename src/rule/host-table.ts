/**
 * Values by host: `host[:port]`, or `*.host[:port]`, which stands for one or more labels before it. A query takes one
 * look-up per label of the host, however many entries there are.
 */
export interface HostTable<T> {
  /** The value for a host as an entry spells it; created if absent. */
  readonly entry: (host: string) => T;
  /** Whether the test holds for any value that applies to this host. */
  readonly some: (host: string, test: (said: T) => boolean) => boolean;
}

export function hostTable<T>(make: () => T): HostTable<T> {
  // By host; wildcards are stored with their leading dot, which no host has.
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
    // Tries the suffix at each dot, from the first that is not longer than the longest wildcard.
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
