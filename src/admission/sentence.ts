import type { Finding } from '../engine/evaluate.ts';
import { printable } from './printable.ts';

/** A finding in words: `<container> image <problem>! (<image>). <remedy>` */
export function sentence({ image, problem, remedy }: Finding): string {
  const name = printable(image.container.name);
  return `${name} image ${printable(problem)}! (${printable(image.raw)}). ${printable(remedy, 1024)}`;
}
