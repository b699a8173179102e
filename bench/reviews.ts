import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdmissionReview } from '../src/admission/admission-review.ts';
import { projectRoot } from '../test/project-root.ts';

/** The recorded review (record-review.ts), as far as the benchmark changes it. */
export interface RecordedReview extends AdmissionReview {
  request: AdmissionReview['request'] & { uid: string; object: PodObject };
}

interface PodObject {
  readonly metadata: { annotations?: Record<string, string> };
  readonly spec: { initContainers: Container[]; containers: Container[] };
}

interface Container {
  name: string;
  image: string;
}

const RECORDED = readFileSync(join(projectRoot, 'bench', 'review.json'), 'utf8');

/** The review as it was recorded, which is allowed. */
export function allowedReview(): RecordedReview {
  return JSON.parse(RECORDED) as RecordedReview;
}

/** The same review with one image as in `kubectl run nginx --image=nginx`, which is denied for two violations. */
export function deniedReview(): RecordedReview {
  const review = allowedReview();
  review.request.object.spec.containers[0]!.image = 'nginx';
  return review;
}

/** The recorded review with so many containers, each as it was recorded but for its name. */
export function reviewWithContainers(count: number, image?: string): RecordedReview {
  const review = allowedReview();
  const { spec } = review.request.object;
  const [model] = spec.containers as [Container];
  spec.initContainers = [];
  spec.containers = Array.from({ length: count }, (_, index) => ({
    ...structuredClone(model),
    name: `${model.name}-${index}`,
    image: image ?? model.image,
  }));
  return review;
}

/** The recorded review with a container for each of these images. */
export function reviewWithImages(images: readonly string[]): RecordedReview {
  const review = reviewWithContainers(images.length);
  for (const [index, image] of images.entries()) review.request.object.spec.containers[index]!.image = image;
  return review;
}

let made = 0;

/** So many images that are allowed, and that nobody has asked about before. */
export function newImages(count: number): readonly string[] {
  return Array.from({ length: count }, () => `docker.io/acme/web:1.0.${(made += 1)}`);
}

/** The recorded review, filled up by an annotation to about so many bytes. */
export function reviewWithBytes(bytes: number): RecordedReview {
  const review = allowedReview();
  const left = bytes - JSON.stringify(review).length;
  if (left > 0) review.request.object.metadata.annotations = { filler: 'x'.repeat(left) };
  return review;
}
