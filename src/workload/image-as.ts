import { readReference } from '../image/read-reference.ts';
import type { ContainerImage } from './images.ts';

/** An image as if another text stood in its place. */
export function imageAs(image: ContainerImage, raw: string): ContainerImage {
  const { container, serviceAccountName, unchanged } = image;
  return { raw, reference: readReference(raw), container, serviceAccountName, unchanged };
}
