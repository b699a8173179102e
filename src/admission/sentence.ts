import type { Finding } from '../engine/finding.ts';
import { printable } from '../mistake/printable.ts';

/** A finding in words: `<container> image <problem>! (<image>). <remedy>` */
export function sentence({ image, problem, remedy }: Finding): string {
  const name = printable(image.container.name);
  return `${name} image ${printable(problem)}! (${printable(image.raw)}). ${printable(remedy, 1024)}`;
}

/** Puts findings in words. */
export type Tell = (finding: Finding) => string;

/** Says each finding once, and then from memory: message, causes and audit annotations all have the same sentences. */
export function rememberedSentences(): Tell {
  const told = new Map<Finding, string>();
  return (finding) => {
    let text = told.get(finding);
    if (text === undefined) told.set(finding, (text = sentence(finding)));
    return text;
  };
}
