import { imagesToJudge, type ContainerImage } from '../src/workload/images.ts';
import { podSpecs } from '../src/workload/pod-spec.ts';
import { podCreate } from './admission-request.ts';

/** The images of a new pod, by the names of its containers. */
export function imagesOf(images: Readonly<Record<string, string>>): readonly ContainerImage[] {
  return imagesToJudge(podSpecs(podCreate(images)) ?? []);
}
