import { type Ruleset, selectionFor } from '../../engine/ruleset.ts';
import { DEFAULT_NAMESPACE } from '../../manifest/admission-request.ts';
import { type PlacedImage, podReview, type RewrittenImage, rewrittenIn } from '../pod-review.ts';

/** A reference that the policy rewrites to another one. */
export interface Original {
  readonly reference: string;
  /** What rewrites it, in order. */
  readonly rewrites: RewrittenImage['rewrites'];
}

/** In the options of `registry-mirror`. */
interface Mapping {
  readonly registry: string;
  readonly mirror: string;
}

/**
 * What an image may have been before the policy rewrote it: each mapping read backwards, and tried forwards.
 *
 * @param now in milliseconds since 1970
 */
export function originalsOf(ruleset: Ruleset, placed: PlacedImage, now: number): readonly Original[] {
  const { image, namespace = DEFAULT_NAMESPACE, profile } = placed;
  const settings = selectionFor(ruleset, profile, namespace).rewrites.map(({ setting }) => setting);
  const mirrors = settings.flatMap(({ options }) => (options['mirrors'] ?? []) as readonly Mapping[]);
  const references = mirrors.flatMap(({ registry, mirror }) => {
    const rest = image.slice(mirror.length);
    return image.startsWith(mirror) && /^[/:@]/.test(rest) ? [registry + rest] : [];
  });
  return [...new Set(references)].flatMap((reference) => originalIf(reference, ruleset, placed, now) ?? []);
}

/** A reference, if the policy rewrites it to the image. */
export function originalIf(
  reference: string,
  ruleset: Ruleset,
  placed: PlacedImage,
  now: number,
): Original | undefined {
  const rewritten = rewrittenIn(podReview(ruleset, { ...placed, image: reference }, now));
  return rewritten?.raw === placed.image ? { reference, rewrites: rewritten.rewrites } : undefined;
}
