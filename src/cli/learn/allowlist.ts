import type { ImageReference } from '../../image/reference.ts';
import { isPublicRegistry } from './public-registries.ts';

/** An image, and who needs it. */
export interface SeenImage {
  readonly reference: ImageReference;
  readonly owners: ReadonlySet<string>;
}

/** An entry of the list, and what it admits of what was seen. */
export interface AllowlistEntry {
  /** As `allowed-repositories` takes it. */
  readonly pattern: string;
  readonly images: number;
  readonly owners: ReadonlySet<string>;
}

/**
 * The shortest list of patterns that admits all images, and of those the narrowest. An entry is a repository; where several
 * are in one registry, it is that as a whole or, if anybody may push there, the account. So no two entries admit the same
 * image, and an entry is wider than what was seen only if it stands for more than one repository. Those that more owners need
 * come first.
 */
export function allowlist(images: readonly SeenImage[]): readonly AllowlistEntry[] {
  const folds = new Map<string, Map<string, SeenImage[]>>();
  for (const image of images) {
    const { registry, repository } = image.reference.normalized;
    const repositories = entryOf(folds, foldOf(registry, repository), () => new Map<string, SeenImage[]>());
    entryOf(repositories, `${registry}/${repository}`, () => []).push(image);
  }
  const entries = [...folds].map(([fold, repositories]) => {
    const seen = [...repositories.values()].flat();
    const [[repository] = [fold]] = repositories;
    const owners = new Set(seen.flatMap((image) => [...image.owners]));
    return { pattern: repositories.size > 1 ? fold : repository, images: seen.length, owners };
  });
  return entries.toSorted((a, b) => b.owners.size - a.owners.size || (a.pattern < b.pattern ? -1 : 1));
}

/** What to write if there are several like it. */
function foldOf(registry: string, repository: string): string {
  if (!isPublicRegistry(registry)) return `${registry}/**`;
  const [account, ...path] = repository.split('/');
  return path.length === 0 ? `${registry}/${repository}` : `${registry}/${account}/**`;
}

function entryOf<Value>(map: Map<string, Value>, key: string, made: () => Value): Value {
  const value = map.get(key) ?? made();
  map.set(key, value);
  return value;
}
