import type { Scalar } from 'yaml';
import type { Location } from '../mistake/mistake.ts';
import { pointerTo, type YamlPlace, type YamlValues } from './yaml-values.ts';

/** A scalar as it is written. */
export interface WrittenScalar {
  /** Of each scalar another one; aliases are what they stand for. */
  readonly identity: object;
  /** Where it begins, behind its anchor. */
  readonly location: Location;
  /** With its quotes. */
  readonly text: string;
  /** How many values it is: one, and one more for each alias. */
  readonly uses: number;
}

/** Finds the scalars of a document by keys and indexes. Those that are keys, which an alias may stand for, are none. */
export function writtenScalars(
  text: string,
  places: YamlValues['places'],
  locate: (place: YamlPlace) => Location,
): (...path: readonly (string | number)[]) => WrittenScalar | undefined {
  let known: ReadonlyMap<Scalar, WrittenScalar> | undefined;
  return (...path) => {
    const scalar = places.get(pointerTo(path))?.scalar;
    if (scalar === undefined) return undefined;
    known ??= scalarsOf(text, [...places.values()], locate);
    return known.get(scalar);
  };
}

function scalarsOf(
  text: string,
  places: readonly YamlPlace[],
  locate: (place: YamlPlace) => Location,
): ReadonlyMap<Scalar, WrittenScalar> {
  const uses = new Map<Scalar, number>();
  for (const { scalar } of places) if (scalar) uses.set(scalar, (uses.get(scalar) ?? 0) + 1);
  const scalars = new Map<Scalar, WrittenScalar>();
  for (const place of places) {
    const { scalar, valueOffset } = place;
    const [start = -1, end] = scalar?.range ?? [];
    if (scalar === undefined || start !== valueOffset) continue; // the place of an alias
    scalars.set(scalar, {
      identity: scalar,
      location: locate({ ...place, offset: start }),
      text: text.slice(start, end),
      uses: uses.get(scalar)!, // it is one itself
    });
  }
  return scalars;
}
