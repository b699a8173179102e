import type { Location, Mistake, Source } from '../src/mistake/mistake.ts';

const LINE = /^(?<name>.+?):(?<line>\d+)(?::(?<column>\d+))?(?: (?<place>.+))?$/;
const WHOLE = /^(?<name>.+?)(?: \((?<holder>[^)]+)\))?(?:, (?<place>.+))?$/;

/**
 * A location as data, from what a message would say: `policy.yaml:3:5 rules.x`, `KEY (environment), entry 2`.
 *
 * @param more what a message would not say of the source
 */
export function at(text: string, more: Partial<Source> = {}): Location {
  const { name = '', holder, line, column, place } = (LINE.exec(text) ?? WHOLE.exec(text))?.groups ?? {};
  return {
    source: {
      name,
      ...(holder !== undefined && { in: holder }),
      ...(line !== undefined && { line: Number(line) }),
      ...(column !== undefined && { column: Number(column) }),
      ...more,
    },
    ...(place !== undefined && { place }),
  };
}

/** Where a mistake is, without its words. */
export function locationOf({ source, place, other }: Mistake): Location & Pick<Mistake, 'other'> {
  return { source, ...(place !== undefined && { place }), ...(other !== undefined && { other }) };
}

/** A mistake with the name that was probably meant, if there is one, for its remedy. */
export function guessed({ guess, remedy, ...rest }: Mistake): Omit<Mistake, 'guess'> {
  return { ...rest, remedy: guess ?? remedy };
}
