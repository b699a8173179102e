import { closest, distance } from 'fastest-levenshtein';
import type { Remedy } from './mistake.ts';

/**
 * What to do about a name that nobody has.
 *
 * @param names those that somebody has, the nearest of which was probably meant
 * @param remedy for who meant none of them
 */
export function nearestName(name: string, names: readonly string[], remedy = `Known: ${names.join(', ')}.`): Remedy {
  const nearest = closest(
    name.toLowerCase(),
    names.map((known) => known.toLowerCase()),
  );
  const known = names.find((candidate) => candidate.toLowerCase() === nearest);
  const isNear = known !== undefined && distance(name.toLowerCase(), nearest) <= Math.max(2, known.length / 3);
  return isNear ? { remedy, guess: known } : { remedy };
}
