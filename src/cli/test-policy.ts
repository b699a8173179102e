import { CLUSTER } from './create-loader.ts';
import type { Ruleset } from '../engine/ruleset.ts';
import { mistakesBlock, type Output } from './mistakes-block.ts';
import { type PlacedImage, podReview, verdictText } from './pod-review.ts';
import { caseDiffs, type PolicyCase, readCases } from './policy-cases.ts';
import { policyReport } from './policy-report.ts';
import { CollectedMistakes } from '../mistake/collected-mistakes.ts';
import { type PolicyPaths, type TriedPolicy, tryPolicy } from './tried-policy.ts';

export interface TestPolicyOptions extends Output, PolicyPaths, Omit<PlacedImage, 'image'> {
  readonly path: string;
  /** Images to tell the verdicts of, in place of what is in force. */
  readonly images?: readonly string[] | undefined;
  /** A file of cases to run, in place of that. */
  readonly casesPath?: string | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * `imagegate test-policy`: tries a policy as the gate would load it. Resolves with the exit code: 1 if the gate would not use
 * it, or a case differs; 2 if the policy or the cases could not be read.
 */
export async function testPolicy(options: TestPolicyOptions): Promise<0 | 1 | 2> {
  const { path, casesPath, write, writeError } = options;
  const collected = new CollectedMistakes();
  const loaded = await collected.from(async () => tryPolicy(options, options));
  const cases =
    casesPath === undefined ? [] : await collected.from(async () => readCases(casesPath, loaded && namesOf(loaded)));
  const { mistakes } = collected;
  if (loaded === undefined || cases === undefined) {
    const what =
      loaded === undefined
        ? `The gate would not use the policy ${nameOf(path)}`
        : `The cases ${casesPath} were not run`;
    writeError(mistakesBlock(mistakes, what));
    return loaded !== undefined || mistakes.some(({ code }) => UNREADABLE.test(code)) ? 2 : 1;
  }
  if (casesPath !== undefined) return runCases(cases, loaded.ruleset, options);
  write(options.images === undefined ? report(loaded, options) : verdicts(options.images, loaded.ruleset, options));
  return 0;
}

/** The codes of what could not be had. */
const UNREADABLE = /-folder-unreadable$|^cluster-/;

function namesOf({ ruleset, rules }: TriedPolicy) {
  return { profiles: [...ruleset.profiles.keys()], rules: rules.map(({ name }) => name) };
}

function report({ ruleset, rules }: TriedPolicy, { path, now }: TestPolicyOptions): string {
  return `The gate would use the policy ${nameOf(path)}.\n\n${policyReport(ruleset, rules, now)}`;
}

function verdicts(images: readonly string[], ruleset: Ruleset, { now, namespace, profile }: TestPolicyOptions): string {
  const placed = images.map((image) => ({ image, namespace, profile }));
  return placed.map((one) => `${verdictText(one, podReview(ruleset, one, now))}\n`).join('');
}

function runCases(cases: readonly PolicyCase[], ruleset: Ruleset, { now, write }: TestPolicyOptions): 0 | 1 {
  const diffs = caseDiffs(cases, ruleset, now);
  const count = `As expected: ${cases.length - diffs.length} of ${cases.length}`;
  write(diffs.length === 0 ? `${count}.\n` : `${count} (- missing, + not expected).\n\n${diffs.join('\n')}\n`);
  return diffs.length === 0 ? 0 : 1;
}

function nameOf(path: string): string {
  if (path === CLUSTER) return 'of the cluster';
  return path === '-' ? 'on the standard input' : path;
}
