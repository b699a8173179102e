import { closest, distance } from 'fastest-levenshtein';

const GUESS = 'Did you mean ';

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
  return `${GUESS}${known}?`;
}

/** Whether a remedy of `nearestName` knows a name that was probably meant. */
export function isGuess(remedy: string): boolean {
  return remedy.startsWith(GUESS);
}
