import { isWithin, longestPrefix, type Prefixes } from '../image/longest-prefix.ts';
import { type Purpose, registryReading, splitAtSlash } from './registry-reading.ts';

/** What a mapping says, as far as it matters to the mirrors of others. */
export interface Mirroring {
  readonly registry: string;
  readonly mirror: string;
  readonly except?: readonly string[];
}

/** A registry or a path on it, as images are compared to it. */
export function canonicalPlace(place: string, purpose: Purpose = 'deny'): string {
  const [host, path] = splitAtSlash(place);
  const read = registryReading(purpose).host(host);
  return path === '' ? read : `${read}/${path}`;
}

/**
 * What to do about a mirror whose images would have a mirror again, by the mapping that has them or by one that has a part of
 * them; `undefined` if they would not: since they are at its mirror already, or since it excepts all of them.
 *
 * @param mirror as written
 * @param mappings by what they mirror, as images are compared
 */
export function mirrorRemedy(mirror: string, mappings: Prefixes<Mirroring>): string | undefined {
  const place = canonicalPlace(mirror);
  const over = longestPrefix(mappings, place)?.value;
  if (over !== undefined && !isServed(place, over) && !isExcepted(mirror, over)) {
    const end = 'Write where its images come from in the end';
    if (canonicalPlace(over.registry) === place) return `${end}.`;
    return `${end}, or add ${mirror}/** to the except of ${over.registry}.`;
  }
  const [host] = splitAtSlash(mirror);
  const below = [...mappings].find(
    ([from, mapping]) =>
      from !== place && isWithin(from, place) && !isExcepted(host + from.slice(from.indexOf('/')), mapping),
  );
  return below && `${below[1].registry}, which is below it, has one: write where its images come from in the end.`;
}

/** Whether all that is at a place is at the mirror of what has it. One that mirrors itself serves nothing. */
function isServed(place: string, { registry, mirror }: Mirroring): boolean {
  const to = canonicalPlace(mirror);
  return isWithin(place, to) && !isWithin(canonicalPlace(registry), to);
}

/** Whether a mapping excepts all that is below a place: its path, or one above it, with `/**` behind it. */
function isExcepted(place: string, { except = [] }: Mirroring): boolean {
  const read = canonicalPlace(place, 'exempt');
  return except.some((entry) => {
    return entry.endsWith('/**') && isWithin(read, canonicalPlace(entry.slice(0, -'/**'.length), 'exempt'));
  });
}
