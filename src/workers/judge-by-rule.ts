import { readViolations } from '../engine/read-violations.ts';
import type { ImageReference } from '../image/reference.ts';
import { messageOf } from '../mistake/mistake.ts';
import type { RuleContext } from '../rule/rule.ts';
import { cut } from './cut.ts';
import type { LoadedRule } from './load-custom-rule.ts';
import type { WorkerJudgement } from './worker-protocol.ts';

/** Of one image. A denial tells some 15, and one is enough to deny. */
const MAX_VIOLATIONS = 32;
/** Past so many images one violation each, and that short: nobody will read them, but each image must be judged. */
const MANY_IMAGES = 500;

export interface PlacedImage {
  readonly reference: ImageReference;
  readonly context: RuleContext;
}

/** Asks one rule about every image; what it throws or returns wrongly is a failure of that rule at that image. */
export function judgeByRule(
  { rule, prepared }: LoadedRule,
  selection: number,
  images: readonly PlacedImage[],
): readonly WorkerJudgement[] {
  const judgements: WorkerJudgement[] = [];
  for (const [image, { reference, context }] of images.entries()) {
    const brief = judgements.length >= MANY_IMAGES;
    const judgement = judge(() => rule.check(reference, prepared[selection], context), image, brief);
    if (judgement !== undefined) judgements.push(judgement);
  }
  return judgements;
}

/** What is said of every image where a rule failed, and nobody knows at which of them. */
export function failedAtAll(failure: string, count: number): readonly WorkerJudgement[] {
  return Array.from({ length: count }, (_, image) => ({ image, failure: cut(failure, limitOf(image)) }));
}

function limitOf(index: number): number {
  return index >= MANY_IMAGES ? 64 : 1024;
}

function judge(check: () => unknown, image: number, brief: boolean): WorkerJudgement | undefined {
  const limit = brief ? 64 : 1024;
  try {
    const violations = readViolations(check());
    if (violations.length === 0) return undefined;
    return {
      image,
      violations: violations
        .slice(0, brief ? 1 : MAX_VIOLATIONS)
        .map(({ problem, remedy }) => ({ problem: cut(problem, limit), remedy: cut(remedy, limit) })),
    };
  } catch (error) {
    return { image, failure: cut(wordsOf(error), limit) };
  }
}

/** Anything can be thrown, also an error whose message is no text, or throws when it is read. */
export function wordsOf(thrown: unknown): string {
  try {
    const words: unknown = messageOf(thrown);
    if (typeof words === 'string') return words;
  } catch {
    // See below.
  }
  return 'it threw what cannot be told';
}
