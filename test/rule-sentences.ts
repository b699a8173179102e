import { requestContext } from '../src/admission/request-context.ts';
import { sentence } from '../src/admission/response.ts';
import { completed, evaluate } from '../src/engine/evaluate.ts';
import { VALID_REFERENCE } from '../src/engine/policy.ts';
import type { Ruleset } from '../src/engine/ruleset.ts';
import { imagesToJudge } from '../src/workload/images.ts';
import { podSpecs } from '../src/workload/pod-spec.ts';
import { podCreate } from './admission-request.ts';
import { rulesetOf } from './ruleset.ts';

/** From an image, and the name of the container that it is in, to what a rule says of it. */
export type SentenceOf = (image: string, container?: string) => string | undefined;

/** What a built-in rule, switched on, or the engine's own says under these options; the others have their defaults. */
export function ruleSentences(rule: string, options: Readonly<Record<string, unknown>> = {}): SentenceOf {
  return sentencesIn(rulesetOf(rule === VALID_REFERENCE ? {} : { [rule]: { options } }), rule);
}

/** What one rule of a ruleset says. */
export function sentencesIn(ruleset: Ruleset, rule: string): SentenceOf {
  return (image, container = 'nginx') => {
    const request = podCreate({ [container]: image });
    const findings = completed(
      evaluate(imagesToJudge(podSpecs(request) ?? []), ruleset.everywhere, requestContext(request, 0)),
    );
    const sentences = findings.filter((finding) => finding.rule === rule).map(sentence);
    if (sentences.length > 1) throw new Error(`more than one sentence: ${sentences.join('\n')}`);
    return sentences[0];
  };
}
