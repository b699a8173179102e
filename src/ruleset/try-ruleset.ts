import { setImmediate } from 'node:timers/promises';
import type { AdmissionRequest } from '../admission/admission-review.ts';
import { inSlices } from '../admission/in-slices.ts';
import { reviewing } from '../admission/review.ts';
import type { Finding } from '../engine/finding.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import type { Mistake } from '../mistake/mistake.ts';
import { lostRemedy } from '../sandbox/lost-globals.ts';
import { samplesOf } from './sample-pods.ts';

/**
 * Judges the sample pods, whatever the verdicts: a rule that fails at one of them would fail at real ones. What it does
 * there does not depend on the machine: its steps are counted, and not the time.
 *
 * @returns a mistake for every rule that failed
 */
export async function tryRuleset(ruleset: Ruleset): Promise<readonly Mistake[]> {
  const failures = new Map<string, Mistake>();
  for (const { request, selection } of samplesOf(ruleset)) {
    // A rule that has failed is not asked again: it might use up all of its steps each time.
    const rules = selection.rules.filter(({ name }) => !failures.has(name));
    // oxlint-disable-next-line no-await-in-loop -- one after the other, and others in between
    const failed = await failedFindings(request, { ...ruleset, everywhere: { ...selection, rules }, overrides: [] });
    for (const finding of failed) {
      if (!failures.has(finding.rule)) failures.set(finding.rule, failureMistake(finding));
    }
  }
  return [...failures.values()];
}

async function failedFindings(request: AdmissionRequest, ruleset: Ruleset): Promise<readonly Finding[]> {
  const judging = reviewing(request, ruleset, { now: Date.now() });
  const { verdict, error, findings } = await inSlices(judging, async () => setImmediate());
  if (verdict === 'errored') throw error;
  return findings.filter(({ failed }) => failed);
}

function failureMistake({ rule, image, remedy, failure = '' }: Finding): Mistake {
  return {
    code: 'rule-fails-on-sample',
    source: { name: `rule ${rule}` },
    expected: `an answer about the image ${image.raw} of a sample pod`,
    found: `none: ${remedy}`,
    remedy: `${lostRemedy(failure) ?? 'Mend the rule.'} \`imagegate test-rules\` tries it on the same pods.`,
  };
}
