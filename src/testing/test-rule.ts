import { mistakeText } from '../mistake/mistake.ts';
import type { AnyRule } from '../rule/rule.ts';
import { ruleMistakes } from '../rule/rule-mistakes.ts';
import { createJudge, type Judge } from './create-judge.ts';
import { casesProblems, readCases, type ReadCase, type RuleCases } from './rule-cases.ts';
import { RuleTestError } from './rule-test-error.ts';
import { sameCases } from './same-cases.ts';
import { globalRunner, type TestRunner } from './test-runner.ts';

/**
 * Tests a rule: one test a case, each judged as the gate judges. A denial is compared to the letter. Tests that could
 * not fail, or say something else than they seem to, fail.
 *
 * @param runner `describe` and `it` where the test runner has no global ones: `node:test`
 */
export function testRule(rule: AnyRule, cases: RuleCases, runner: TestRunner = globalRunner()): void {
  const mistakes = mistakesOf(rule);
  const all = readCases(cases);
  const same = mistakes.length === 0 ? sameCases(rule, all) : [];
  runner.describe(mistakes.length === 0 ? rule.meta.name : 'a rule', () => {
    runner.it('is a rule, with cases of both kinds, each of them once', () => {
      const problems = [...mistakes, ...casesProblems(cases, same)];
      if (problems.length > 0) throw new RuleTestError(problems.join('\n'));
    });
    // What is no rule cannot be asked.
    if (mistakes.length > 0) return;
    const judge = createJudge(rule);
    for (const one of all) runner.it(one.title, () => expectVerdict(judge, one));
  });
}

/** What the gate would have against it when it loads. */
function mistakesOf(rule: unknown): readonly string[] {
  const { meta } = Object(rule) as Partial<AnyRule>;
  const { name } = Object(meta) as Partial<AnyRule['meta']>;
  // Nobody knows here what its file is called: it is given the benefit of the doubt.
  const file = { name: typeof name === 'string' ? name : 'name-of-the-file', path: 'the rule', realpath: '' };
  return ruleMistakes(rule, file).map(mistakeText);
}

function expectVerdict(judge: Judge, one: ReadCase): void {
  if (one.problems.length > 0) throw new RuleTestError(one.problems.join('\n'));
  const expected = one.sentences.join('\n');
  const actual = judge(one).join('\n');
  if (actual === expected) return;
  throw new RuleTestError(
    `The rule should say\n  ${inWords(one.sentences)}\nbut it says\n  ${inWords(actual === '' ? [] : actual.split('\n'))}`,
    { expected, actual },
  );
}

function inWords(sentences: readonly string[]): string {
  return sentences.length === 0 ? '(nothing: the image is allowed)' : sentences.join('\n  ');
}
