import { InvalidReferenceError, type ImageReference } from '../image/reference.ts';
import type { ContainerImage } from '../workload/images.ts';
import type { CustomRules } from './custom-rules.ts';
import type { RequestContext } from './evaluate.ts';
import { failureFinding, violationFinding, type Finding } from './finding.ts';
import type { ActiveRule, Selection } from './ruleset.ts';

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
  const judges = new Map(custom.map((rule) => [rule.name, rule]));
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
