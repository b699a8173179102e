import type { ContainerImage } from '../workload/images.ts';
import type { Finding } from './finding.ts';
import { compareRules } from './ruleset.ts';

/** All findings in the order in which they are told: by image, then by rule, and within a rule as it returned them. */
export function mergeFindings(
  images: readonly ContainerImage[],
  ...parts: readonly (readonly Finding[])[]
): readonly Finding[] {
  const places = new Map(images.map((image, index) => [image, index]));
  const place = ({ image }: Finding): number => places.get(image) as number;
  return parts.flat().toSorted((a, b) => place(a) - place(b) || compareRules(a.rule, b.rule));
}
