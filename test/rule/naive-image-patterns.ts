import semver from 'semver';
import { DOCKER_HUB_HOSTS } from '../../src/image/docker-hub.ts';
import { type ImageReference, parseReference } from '../../src/image/reference.ts';
import type { Purpose } from '../../src/rule/registry-reading.ts';

export interface Reading {
  readonly purpose: Purpose;
  readonly unqualified: 'untrusted' | 'docker.io';
}

const ENTRY = /^(?<name>(?:[^@/]*\/)*[^:@]*)(?::(?<tag>[^@]*))?(?:@(?<digest>.*))?$/;
const SMALL = [0, 1, 2, 3, 4];

/** What an entry means, said once more: slow, by regular expressions that backtrack, and too short to be wrong. */
export function matchesNaively(entry: string, written: string, reading: Reading): boolean {
  const { name = '', tag, digest } = ENTRY.exec(entry)!.groups!;
  const image = parseReference(written);
  return isNamed(name, image, reading) && hasVersion(tag, digest, image, reading.purpose);
}

function isNamed(name: string, { registry, normalized }: ImageReference, { purpose, unqualified }: Reading): boolean {
  const isOfAny = name === '' || name === '**' || name.startsWith('**/');
  if (registry === undefined && unqualified === 'untrusted' && !(isOfAny && purpose === 'deny')) return false;
  const withoutPort = normalized.registry.replace(/:0*443$/, '');
  const isHub = purpose !== 'allow' && DOCKER_HUB_HOSTS.includes(withoutPort);
  const host = purpose === 'deny' ? withoutPort : normalized.registry;
  const hosts = isHub ? DOCKER_HUB_HOSTS : [host];
  const repository =
    isHub && !normalized.repository.includes('/') ? `library/${normalized.repository}` : normalized.repository;
  return hosts.some((each) => nameExpression(name, purpose).test(`${each}/${repository}`));
}

function nameExpression(name: string, purpose: Purpose): RegExp {
  if (name === '' || name === '**') return /^/;
  const [registry = '', ...components] = name.split('/');
  const host = purpose === 'deny' ? registry.replace(/:443$/, '') : registry;
  const ofLabels = host.replace(/^\*\./, '&.').replaceAll('.', '\\.').replaceAll('*', '[^.:/]*').replace('&', '[^:/]+');
  const ofComponents = components.map((component) =>
    component === '**' ? '[^/]+(?:/[^/]+)*' : component.replaceAll('*', '[^/]*'),
  );
  return new RegExp(`^${[registry === '**' ? '.+' : ofLabels, ...ofComponents].join('/')}$`);
}

function hasVersion(
  tag: string | undefined,
  digest: string | undefined,
  image: ImageReference,
  purpose: Purpose,
): boolean {
  const isWide = purpose === 'deny';
  if (tag === undefined && digest === undefined) return true;
  if (digest === undefined && !isWide && image.digest !== undefined) return false;
  if (digest === '*' && image.digest === undefined) return false;
  if (digest !== undefined && digest !== '*' && image.digest !== digest) return false;
  if (tag === undefined || (isWide && digest !== undefined && digest !== '*')) return true;
  const judged = image.tag ?? (isWide && image.digest === undefined ? 'latest' : undefined);
  if (judged === undefined) return false;
  if (/[<>=^~| ]/.test(tag)) return isWide ? mayBeIn(tag, judged) : semver.satisfies(judged, tag);
  return new RegExp(`^${tag.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(judged);
}

/** Whether any small version that the tag may be is in a range. */
function mayBeIn(range: string, tag: string): boolean {
  const numbers = /^v?(\d+(?:\.\d+){0,2})(?:-|$)/.exec(tag)?.[1];
  if (numbers === undefined) return false;
  const all = SMALL.flatMap((major) => SMALL.flatMap((minor) => SMALL.map((patch) => `${major}.${minor}.${patch}`)));
  const possible = all.filter((version) => version === numbers || version.startsWith(`${numbers}.`));
  return [tag, ...possible].some((version) => semver.satisfies(version, range, { includePrerelease: true }));
}
