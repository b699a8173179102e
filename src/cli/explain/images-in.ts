import { originalKey } from '../../admission/originals.ts';
import { NO_ORIGINALS, readOriginals, writtenAnnotation } from '../../admission/rewritten-annotation.ts';
import type { Ruleset } from '../../engine/ruleset.ts';
import { MANIFEST_INVALID } from '../../manifest/manifest-items.ts';
import { pathName } from '../../manifest/manifest-files.ts';
import { manifestsAt } from '../../manifest/manifests-at.ts';
import { Namespaces } from '../../manifest/namespaces.ts';
import type { Mistake } from '../../mistake/mistake.ts';
import { imagesToJudge } from '../../workload/images.ts';
import { isPod, podSpecs } from '../../workload/pod-spec.ts';
import { judge, type JudgeOptions, unreadableObject } from '../judge.ts';
import type { PlacedImage } from '../pod-review.ts';

/** An image of an object, and what its pod's annotation says that was written in its place. */
export interface FoundImage extends PlacedImage {
  readonly claim: string | undefined;
}

/** Manifests, and how what is in them is judged. */
export interface ManifestsOptions extends JudgeOptions {
  /** Files and folders; `-` is the standard input. */
  readonly paths: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
}

/** The images that manifests have in what is judged, and what is wrong with the rest. */
export async function imagesIn(
  { paths, stdin, ...options }: ManifestsOptions,
  ruleset: Ruleset,
): Promise<{ readonly images: readonly FoundImage[]; readonly mistakes: readonly Mistake[] }> {
  const [images, mistakes]: [FoundImage[], Mistake[]] = [[], []];
  const namespaces = new Namespaces();
  for await (const item of manifestsAt(paths, stdin, namespaces)) {
    if ('mistake' in item) mistakes.push(item.mistake);
    if (!('object' in item)) continue;
    const { request, review, profile } = judge(item, ruleset, namespaces, options);
    if (review?.error !== undefined) mistakes.push(unreadableObject(item.where(''), review.error));
    if (review === undefined || review.error !== undefined) continue;
    const { namespace, object } = request;
    const place = { namespace, profile, user: options.user };
    // Anybody can write the annotation, so it may be wrong.
    const claims = isPod(request.kind) ? readOriginals(writtenAnnotation(object)) : NO_ORIGINALS;
    for (const image of imagesToJudge(podSpecs(request, ruleset.policy.podSpecPaths) ?? []))
      images.push({ ...place, image: image.raw, claim: claims[originalKey(image)] });
  }
  if (images.length + mistakes.length === 0) mistakes.push(noImages(paths));
  return { images, mistakes };
}

function noImages(paths: readonly string[]): Mistake {
  const words = { expected: 'objects with images that are judged', found: 'none', remedy: 'Name others.' };
  return { code: MANIFEST_INVALID, source: { name: paths.map(pathName).join(', ') }, ...words };
}
