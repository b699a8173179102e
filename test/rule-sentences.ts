import { requestContext } from '../src/admission/request-context.ts';
import { sentence } from '../src/admission/sentence.ts';
import { evaluate } from '../src/engine/evaluate.ts';
import { imagesToJudge } from '../src/workload/images.ts';
import { podSpecs } from '../src/workload/pod-spec.ts';
import { podCreate } from './admission-request.ts';
import { rulesetOf } from './ruleset.ts';

/**
 * What a built-in rule, or the engine's own, says of an image.
 *
 * @param options the rule's options; the others' are the defaults
 * @returns a function from an image, and the name of the container that it is in, to the rule's sentence
 */
export function ruleSentences(
  rule: string,
  options: Readonly<Record<string, unknown>> = {},
): (image: string, container?: string) => string | undefined {
  const ruleset = rulesetOf(Object.keys(options).length === 0 ? {} : { [rule]: { options } });
  return (image, container = 'nginx') => {
    const request = podCreate({ [container]: image });
    const findings = evaluate(imagesToJudge(podSpecs(request) ?? []), ruleset, requestContext(request));
    const sentences = findings.filter((finding) => finding.rule === rule).map(sentence);
    if (sentences.length > 1) throw new Error(`more than one sentence: ${sentences.join('\n')}`);
    return sentences[0];
  };
}
