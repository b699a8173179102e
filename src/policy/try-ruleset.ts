import { review } from '../admission/review.ts';
import type { Finding } from '../engine/finding.ts';
import type { Ruleset, Selection } from '../engine/ruleset.ts';
import { MistakesError, type Mistake } from '../mistake/mistake.ts';
import { samplesOf } from './samples-of.ts';

/** Custom rules may take as long as for a real request. */
const SAMPLE_MS = 500;

/** A start waits for all of them, and so does kubectl patch, whose webhook is given up after 15 s. */
const ALL_MS = 3000;

/**
 * Judges the sample pods, whatever the verdicts: a rule that fails at one of them would fail at real ones. One after the
 * other, since a rule has to be fast enough for one request and not for all samples at once.
 *
 * @param allMs after which overrides that have not had their turn are taken as they are
 * @throws {MistakesError} for every rule that failed.
 */
export async function tryRuleset(ruleset: Ruleset, allMs = ALL_MS): Promise<void> {
  const failures = new Map<string, Mistake>();
  const end = performance.now() + allMs;
  for (const { request, selection } of samplesOf(ruleset)) {
    if (selection.index > 0 && performance.now() >= end) break;
    // The selection itself is tried, not the one that a namespace leads to.
    const tried = { ...ruleset, everywhere: without(failures, selection), overrides: [] };
    const moment = { now: Date.now(), deadline: performance.now() + SAMPLE_MS };
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { verdict, error, findings } = await review(request, tried, moment);
    if (verdict === 'errored') throw error;
    for (const finding of findings) {
      if (finding.failed && !failures.has(finding.rule)) failures.set(finding.rule, failureMistake(finding));
    }
  }
  if (failures.size > 0) throw new MistakesError([...failures.values()]);
}

/** A rule that has failed is not asked again: it might take all of its time each time. */
function without(failures: ReadonlyMap<string, unknown>, selection: Selection): Selection {
  const isLeft = ({ name }: { readonly name: string }): boolean => !failures.has(name);
  return { ...selection, rules: selection.rules.filter(isLeft), custom: selection.custom.filter(isLeft) };
}

function failureMistake({ rule, image, remedy }: Finding): Mistake {
  return {
    code: 'rule-fails-on-sample',
    where: `rule ${rule}`,
    expected: `an answer about the image ${image.raw} of a sample pod`,
    found: `none: ${remedy}`,
    remedy: 'Mend the rule; `imagegate test-rules` tries it on the same pods.',
  };
}
