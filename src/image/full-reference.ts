import type { ImageReference } from './reference.ts';

/** A reference with all that runtimes read in it; without a tag or a digest if it has none. */
export function fullReference({
  normalized: { registry, repository },
  tag,
  digest,
}: Pick<ImageReference, 'normalized' | 'tag' | 'digest'>): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
