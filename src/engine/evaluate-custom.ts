import { InvalidReferenceError, type ImageReference } from '../image/reference.ts';
import type { Violation } from '../rule/rule.ts';
import type { ContainerImage, ContainerPlace } from '../workload/images.ts';
import type { RequestContext } from './evaluate.ts';
import { compareActions } from './lesser-action.ts';
import { failureFinding, violationFinding, type Finding } from './finding.ts';
import type { ActiveRule, Selection } from './ruleset.ts';

/** Rules that are asked elsewhere, so that nothing they do reaches the thread that answers. */
export interface CustomRules {
  /** Their names, in no particular order. */
  readonly names: readonly string[];
  /** What each says that it does, by name. */
  readonly descriptions: ReadonlyMap<string, string>;
  /** Never rejects: whatever goes wrong is a judgement that says so. */
  judge(task: CustomTask): Promise<readonly CustomJudgement[]>;
  /** Finishes what it is asked, then ends. */
  close(): Promise<void>;
}

/** The images of one request. */
export interface CustomTask {
  readonly images: readonly { readonly reference: ImageReference; readonly container: ContainerPlace }[];
  readonly request: RequestContext;
  /** The rules to ask, in this order where time may be short. */
  readonly rules: readonly string[];
  /** Whose options hold: 0 for those of everywhere, from 1 on for the namespace overrides in their order. */
  readonly selection: number;
  /** When the answer must be there, on the clock of `performance.now()`. */
  readonly deadline: number;
}

/** What a rule says of an image. Where it has nothing to say, there is no judgement. */
export type CustomJudgement = {
  readonly rule: string;
  /** The place of the image in the task. */
  readonly image: number;
} & (
  | { readonly violations: readonly Violation[] }
  /** Why the rule did not judge, as the end of a sentence: `it did not answer in time`. */
  | { readonly failure: string }
);

/**
 * The most checks, an image by a rule, that one request may need. Rules of 30 µs an image just manage these in time; were
 * there more, a good rule would be blamed for what was asked of it. A pod has a handful of images.
 */
export const MAX_CHECKS = 8192;

/** The most labels and annotations of which rules are told: all of them cross to a worker with each request. */
export const MAX_TEXTS = 8192;

/**
 * Has every image that could be read judged by the custom rules.
 *
 * @param deadline when the answer must be there, on the clock of `performance.now()`
 */
export async function evaluateCustom(
  images: readonly ContainerImage[],
  { custom, index }: Pick<Selection, 'custom' | 'index'>,
  customRules: CustomRules,
  request: RequestContext,
  deadline: number,
): Promise<readonly Finding[]> {
  const readable = images.filter(isReadable);
  if (readable.length === 0) return [];
  const excess = tooMuch(readable.length, custom.length, request);
  if (excess !== undefined) {
    const image = readable.find(({ unchanged }) => !unchanged) ?? readable[0]!;
    return custom.map((rule) => failureFinding(rule, image, excess));
  }
  // Where bad rules use up the time, those asked last have none left: let it not be one that denies.
  const byStrictness = custom.toSorted((a, b) => compareActions(b.action, a.action));
  const judges = new Map(byStrictness.map((rule) => [rule.name, rule]));
  const judgements = await customRules.judge({
    images: readable.map(({ reference, container }) => ({ reference, container })),
    request,
    rules: [...judges.keys()],
    selection: index,
    deadline,
  });
  return judgements.flatMap((judgement) => {
    const image = readable[judgement.image] as ContainerImage;
    const rule = judges.get(judgement.rule) as ActiveRule;
    if ('failure' in judgement) return [failureFinding(rule, image, judgement.failure)];
    return judgement.violations.map((violation) => violationFinding(rule, image, violation));
  });
}

function isReadable(image: ContainerImage): image is ContainerImage & { readonly reference: ImageReference } {
  return !(image.reference instanceof InvalidReferenceError);
}

/** Why rules are not asked about an object, if they aren't. */
function tooMuch(images: number, rules: number, { workload }: RequestContext): string | undefined {
  const most = Math.floor(MAX_CHECKS / rules);
  if (images > most) return `the object has ${images} images, and custom rules are asked about at most ${most}`;
  const texts = Object.keys(workload.labels).length + Object.keys(workload.annotations).length;
  if (texts <= MAX_TEXTS) return undefined;
  return `the object has ${texts} labels and annotations, and custom rules are told of at most ${MAX_TEXTS}`;
}
