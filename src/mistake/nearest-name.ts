import { closest, distance } from 'fastest-levenshtein';
import type { Remedy } from './mistake.ts';

/**
 * The remedy for an unknown name, with a guess if a known one is similar.
 *
 * @param names the known names
 * @param remedy if the guess is wrong or there is none
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
