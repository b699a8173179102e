import type { Finding } from '../src/engine/finding.ts';
import { imagesOf } from './images-of.ts';

/** A finding of `empty-tag` that denies, in the one container of a pod, but for these parts. */
export function findingOf({
  image = 'gcr.io/acme/app',
  ...parts
}: Partial<Omit<Finding, 'image'>> & { readonly image?: string } = {}): Finding {
  const [placed] = imagesOf({ app: image });
  return {
    rule: 'empty-tag',
    action: 'deny',
    failed: false,
    image: placed!,
    problem: 'has no tag',
    remedy: 'Only images with tags are allowed.',
    ...parts,
  };
}
