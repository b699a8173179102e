import type { AdmissionRequest } from '../admission/admission-review.ts';
import { review } from '../admission/review.ts';
import type { Finding } from '../engine/finding.ts';
import type { Ruleset, Selection } from '../engine/ruleset.ts';
import { MistakesError, type Mistake } from '../mistake/mistake.ts';
import { samplesOf, type Sample } from './samples-of.ts';

/** Custom rules may take as long as for a real request. */
const SAMPLE_MS = 500;

/** A start waits for all of them, and so does kubectl patch, whose webhook is given up after 15 s. */
const ALL_MS = 3000;

/**
 * Judges the sample pods, whatever the verdicts: a rule that fails at one of them would fail at real ones. One after the
 * other, and custom rules one by one, since a rule has to be fast enough for one request, and not for all samples or after
 * all others.
 *
 * @param allMs after which overrides that have not had their turn are taken as they are; and where a rule has failed,
 *   those that have not had theirs are told to be untried
 * @param sampleMs after which a custom rule must have answered
 * @throws {MistakesError} for every rule that failed.
 */
export async function tryRuleset(ruleset: Ruleset, allMs = ALL_MS, sampleMs = SAMPLE_MS): Promise<void> {
  const failures = new Map<string, Mistake>();
  const end = performance.now() + allMs;
  for (const { request, selection } of partsOf(samplesOf(ruleset))) {
    const now = performance.now();
    if (selection.index > 0 && now >= end) break;
    const left = without(failures, selection);
    const [rule] = left.custom;
    if (rule !== undefined && failures.size > 0 && now >= end) failures.set(rule.name, notTried(rule.name, allMs));
    else {
      const deadline = now + sampleMs;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const failed = await failedFindings(request, { ...ruleset, everywhere: left, overrides: [] }, deadline);
      const isLate = rule !== undefined && performance.now() >= deadline;
      for (const finding of failed) {
        if (failures.has(finding.rule)) continue;
        failures.set(finding.rule, isLate ? lateMistake(finding, sampleMs) : failureMistake(finding));
      }
    }
  }
  if (failures.size > 0) throw new MistakesError([...failures.values()]);
}

/** The built-in rules of a sample together, then each custom rule by itself. */
function* partsOf(samples: Iterable<Sample>): Generator<Sample> {
  for (const { request, selection } of samples) {
    if (selection.rules.length > 0) yield { request, selection: { ...selection, custom: [] } };
    for (const rule of selection.custom) yield { request, selection: { ...selection, rules: [], custom: [rule] } };
  }
}

/** A rule that has failed is not asked again: it might take all of its time each time. */
function without(failures: ReadonlyMap<string, unknown>, selection: Selection): Selection {
  const isLeft = ({ name }: { readonly name: string }): boolean => !failures.has(name);
  return { ...selection, rules: selection.rules.filter(isLeft), custom: selection.custom.filter(isLeft) };
}

async function failedFindings(
  request: AdmissionRequest,
  ruleset: Ruleset,
  deadline: number,
): Promise<readonly Finding[]> {
  const { verdict, error, findings } = await review(request, ruleset, { now: Date.now(), deadline });
  if (verdict === 'errored') throw error;
  return findings.filter(({ failed }) => failed);
}

function notTried(rule: string, allMs: number): Mistake {
  return {
    code: 'rule-fails-on-sample',
    where: `rule ${rule}`,
    expected: 'an answer about a sample pod',
    found: `none: it was not asked, since other rules took the ${allMs / 1000} s that there are to try all`,
    remedy: 'Mend the others first; if there was only too little time, try again.',
    mayPass: true,
  };
}

/** That the time was over when a rule failed: whatever it was at, on a machine with time for it it may not fail. */
function lateMistake({ rule, image }: Finding, sampleMs: number): Mistake {
  return {
    code: 'rule-fails-on-sample',
    where: `rule ${rule}`,
    expected: `an answer about the image ${image.raw} of a sample pod within ${sampleMs / 1000} s`,
    found: 'none by then',
    remedy: 'The machine may be too busy: try again. If it stays so, make the rule faster.',
    mayPass: true,
  };
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
