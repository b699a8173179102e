import type { Rewriter } from '../engine/rewrite.ts';
import { imageAs } from '../workload/image-as.ts';
import { type ContainerImage, LISTS } from '../workload/images.ts';
import type { Originals } from './rewritten-annotation.ts';

/** The key of an image in the annotation: `containers/NAME`. */
export function originalKey({ container: { type, name } }: ContainerImage): string {
  return `${LISTS[type]}/${name}`;
}

/** An image of the pod as it will be, and whether it is as it was before the request. */
export interface FinalImage {
  readonly image: ContainerImage;
  readonly isUnchanged: boolean;
}

/**
 * What was written in place of the images, by their keys. Anybody can write the annotation, so what it says counts only if
 * it is true: the policy makes of it what is there, or it was there before the request, beside the same image.
 *
 * @param claimed what the annotation says
 * @param before what that of the old object said
 */
export function originalsOf(
  images: readonly FinalImage[],
  claimed: Originals,
  before: Originals,
  rewrite: Rewriter,
): readonly (readonly [key: string, written: string])[] {
  const keys = new Set<string>();
  const originals: (readonly [string, string])[] = [];
  for (const { image, isUnchanged } of images) {
    const key = originalKey(image);
    // A name that is there twice, which the API server refuses.
    if (keys.has(key)) continue;
    keys.add(key);
    const written = image.written ?? trueClaim(image, claimed[key], rewrite) ?? (isUnchanged ? before[key] : undefined);
    if (written !== undefined && written !== image.raw) originals.push([key, written]);
  }
  return originals;
}

/** What is said to have been written in place of an image, if the policy makes that image of it. */
export function trueClaim(image: ContainerImage, claim: string | undefined, rewrite: Rewriter): string | undefined {
  if (claim === undefined || claim === image.raw) return undefined;
  return rewrite(imageAs(image, claim)).raw === image.raw ? claim : undefined;
}
