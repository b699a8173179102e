import { completed, evaluate } from '../../src/engine/evaluate.ts';
import type { Finding } from '../../src/engine/finding.ts';
import { imagesToJudge } from '../../src/workload/images.ts';
import { podSpecs } from '../../src/workload/pod-spec.ts';
import { requestContext } from '../../src/admission/request-context.ts';
import { podCreate } from '../admission-request.ts';
import { rulesetOf } from '../ruleset.ts';

/** What the built-in rules find in a pod of these images. */
export function findingsOf(images: Readonly<Record<string, string>>): readonly Finding[] {
  const request = podCreate(images);
  return completed(
    evaluate(imagesToJudge(podSpecs(request) ?? []), rulesetOf().everywhere, requestContext(request, 0)),
  );
}

/** So many findings, one an image. */
export function manyFindings(count: number): readonly Finding[] {
  return findingsOf(
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, `quay.io/x:${index}`])),
  );
}
