import { closest, distance } from 'fastest-levenshtein';

/** A remedy for a name that nobody has: the nearest one that somebody has, or all of them. */
export function nearestName(name: string, names: readonly string[]): string {
  const nearest = closest(
    name.toLowerCase(),
    names.map((known) => known.toLowerCase()),
  );
  const known = names.find((candidate) => candidate.toLowerCase() === nearest);
  if (known === undefined || distance(name.toLowerCase(), nearest) > Math.max(2, known.length / 3)) {
    return `Known: ${names.join(', ')}.`;
  }
  return `Did you mean ${known}?`;
}
