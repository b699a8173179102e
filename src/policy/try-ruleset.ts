import { review } from '../admission/review.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { MistakesError, type Mistake } from '../mistake/mistake.ts';
import { samplePods } from './sample-pods.ts';

/** Custom rules may take as long as for a real request. */
const SAMPLE_MS = 500;

/**
 * Judges the sample pods, whatever the verdicts: a rule that fails at one of them would fail at real ones.
 *
 * @throws {MistakesError} for every rule that failed.
 */
export async function tryRuleset(ruleset: Ruleset): Promise<void> {
  const reviews = await Promise.all(
    samplePods(ruleset).map(async (request) =>
      review(request, ruleset, { now: Date.now(), deadline: performance.now() + SAMPLE_MS }),
    ),
  );
  const errors = reviews.filter(({ verdict }) => verdict === 'errored');
  if (errors.length > 0) throw errors[0]?.error;
  const failures = new Map<string, Mistake>();
  for (const { rule, failed, image, remedy } of reviews.flatMap(({ findings }) => findings)) {
    if (!failed || failures.has(rule)) continue;
    failures.set(rule, {
      code: 'rule-fails-on-sample',
      where: `rule ${rule}`,
      expected: `an answer about the image ${image.raw} of a sample pod`,
      found: `none: ${remedy}`,
      remedy: 'Mend the rule; `imagegate test-rules` tries it on the same pods.',
    });
  }
  if (failures.size > 0) throw new MistakesError([...failures.values()]);
}
