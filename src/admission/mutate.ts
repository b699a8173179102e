import { completed } from '../engine/evaluate.ts';
import { type Rewriter, rewriter } from '../engine/rewrite.ts';
import { type Ruleset, selectionFor } from '../engine/ruleset.ts';
import { imageAs } from '../workload/image-as.ts';
import { type ContainerImage, imagesToJudge } from '../workload/images.ts';
import { UnreadableWorkloadError } from '../workload/json-object.ts';
import { isMirrorPod, isPod, type PodSpec, podSpecs } from '../workload/pod-spec.ts';
import type { AdmissionRequest } from './admission-review.ts';
import { encodedPatch, fieldPointer, MAX_PATCH_BYTES, OPERATION_BYTES, type PatchOperation } from './json-patch.ts';
import { type FinalImage, originalKey, originalsOf, trueClaim } from './originals.ts';
import { requestContext } from './request-context.ts';
import { type AdmissionResponse, allowed, patched } from './response.ts';
import type { Moment } from './review.ts';
import {
  annotationPatch,
  annotationRoom,
  annotationText,
  MORE,
  NO_ORIGINALS,
  type Originals,
  readOriginals,
  writtenAnnotation,
} from './rewritten-annotation.ts';
import { rewrittenRemarks, type RewrittenImage } from './rewritten-remarks.ts';

/** What becomes of a pod before it is judged: it is never denied here. */
export interface Mutation {
  readonly verdict: 'allowed' | 'errored';
  readonly response: AdmissionResponse;
  readonly rewritten: readonly RewrittenImage[];
  /** What was thrown, if it was an internal error. */
  readonly error?: unknown;
}

/** The cost of an image, in steps of a custom rule: see `reviewing`. */
const IMAGE_STEPS = 200;

/** Rewrites the images of one pod synchronously. Never throws: whatever fails, the pod is left as it is, and judged so. */
export function mutate(request: AdmissionRequest, ruleset: Ruleset, moment: Moment): Mutation {
  return completed(mutating(request, ruleset, moment));
}

/** The same, step by step: yields after every image, so that the caller can run others in between. */
export function* mutating(request: AdmissionRequest, ruleset: Ruleset, moment: Moment): Generator<number, Mutation> {
  try {
    if (!isOurs(request)) return unpatched(request);
    const [podSpec] = podSpecs(request)!; // the one of a Pod
    return yield* mutatingPod(request, podSpec!, ruleset, moment);
  } catch (error) {
    // The validating entry denies what cannot be read.
    if (error instanceof UnreadableWorkloadError) return unpatched(request);
    return { verdict: 'errored', response: allowed(request.uid), rewritten: [], error };
  }
}

/** Only pods are rewritten: to change a workload's template would make GitOps controllers fight. */
function isOurs(request: AdmissionRequest): boolean {
  const { kind, operation, subResource = '' } = request;
  if (!isPod(kind) || isMirrorPod(request)) return false;
  return operation === 'UPDATE'
    ? subResource === '' || isEphemeral(request)
    : operation === 'CREATE' && subResource === '';
}

/** Through this subresource only new ephemeral containers are stored, and no annotations. */
function isEphemeral({ subResource }: AdmissionRequest): boolean {
  return subResource === 'ephemeralcontainers';
}

function unpatched({ uid }: AdmissionRequest): Mutation {
  return { verdict: 'allowed', response: allowed(uid), rewritten: [] };
}

/** A pod under review, and what the policy makes of its images. */
interface Pod {
  readonly request: AdmissionRequest;
  readonly podSpec: PodSpec;
  readonly rewrite: Rewriter;
  /** What the annotation says. */
  readonly claimed: Originals;
  /** What that of the old object says. */
  readonly before: Originals;
}

function* mutatingPod(
  request: AdmissionRequest,
  podSpec: PodSpec,
  ruleset: Ruleset,
  { now, profile: asked }: Moment,
): Generator<number, Mutation> {
  const profile = asked !== undefined && ruleset.profiles.has(asked) ? asked : undefined;
  const context = requestContext(request, now, profile);
  const pod: Pod = {
    request,
    podSpec,
    rewrite: rewriter(selectionFor(ruleset, profile, context.namespace), context, now),
    claimed: readOriginals(writtenAnnotation(request.object)),
    before: readOriginals(writtenAnnotation(request.oldObject)),
  };
  const images: ContainerImage[] = [];
  let bytes = 0;
  for (const image of imagesToJudge([podSpec])) {
    const final = finalImage(image, pod);
    if (final.written !== undefined) bytes += final.container.fieldPath.length + final.raw.length + OPERATION_BYTES;
    // The validating entry denies it.
    if (bytes > MAX_PATCH_BYTES) return unpatched(request);
    images.push(final);
    yield IMAGE_STEPS;
  }
  const rewritten = images.filter((image): image is RewrittenImage => image.written !== undefined);
  const annotation = isEphemeral(request) ? [] : annotating(pod, images);
  if (rewritten.length === 0 && annotation.length === 0) return unpatched(request);
  const patch = encodedPatch([...rewritten.map(replacing), ...annotation]);
  const remarks = rewrittenRemarks(rewritten, ruleset.policy.rewriteWarnings);
  return { verdict: 'allowed', response: patched(request.uid, patch, remarks), rewritten };
}

function replacing({ container, raw }: RewrittenImage): PatchOperation {
  return { op: 'replace', path: fieldPointer(container.fieldPath), value: raw };
}

/** An image as it will be. Of ephemeral containers only new ones can be changed: to patch another fails the request. */
function finalImage(image: ContainerImage, { request, rewrite, claimed, before }: Pod): ContainerImage {
  const { type, oldImage } = image.container;
  if (type === 'ephemeralContainer' ? oldImage !== undefined : isEphemeral(request)) return image;
  const final = rewrite(image);
  if (type !== 'imageVolume' || oldImage === undefined || final.raw === oldImage) return final;
  // An image volume cannot change. That of a manifest which is applied again stays what was made of it, whatever the policy
  // makes of it today; without this no later apply of that manifest would pass.
  const key = originalKey(image);
  const written = trueClaim(image, claimed[key], rewrite) ?? image.raw;
  return before[key] === written ? { ...imageAs(image, oldImage), written: image.raw, rewrites: [] } : final;
}

/** What makes the annotation true, of the images that are new or changed, as they will be, and of all others. */
function annotating(pod: Pod, images: readonly ContainerImage[]): readonly PatchOperation[] {
  const { request, rewrite, claimed, before } = pod;
  const { object } = request;
  const isUntold = before === NO_ORIGINALS && images.every(({ written }) => written === undefined);
  if (isUntold && writtenAnnotation(object) === undefined) return [];
  const all = allImages(pod, images);
  const text = annotationText(originalsOf(all, claimed, before, rewrite), {
    images: all.length,
    counted: claimed[MORE] ?? before[MORE],
    room: annotationRoom(object),
  });
  return annotationPatch(object, text);
}

/** All images of the pod as they will be, those included that the request leaves as they were. */
function allImages({ podSpec }: Pod, images: readonly ContainerImage[]): readonly FinalImage[] {
  if (podSpec.oldSpec === undefined) return images.map((image) => ({ image, isUnchanged: false }));
  const known = new Map(images.map((image) => [image.container.fieldPath, image]));
  return imagesToJudge([{ ...podSpec, oldSpec: undefined }]).map((image) => {
    const final = known.get(image.container.fieldPath);
    return { image: final ?? image, isUnchanged: final === undefined };
  });
}
