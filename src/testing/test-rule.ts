import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mistakeText } from '../mistake/mistake.ts';
import type { AnyRule } from '../rule/rule.ts';
import { ruleMistakes } from '../rule-file/rule-mistakes.ts';
import { createJudge, createSandboxJudge, type Judge } from './create-judge.ts';
import { casesProblems, type ReadCase, readCases, type RuleCases } from './rule-cases.ts';
import { globalRunner, RuleTestError, type TestRunner } from './test-runner.ts';
import { sameCases } from './same-cases.ts';

/**
 * Tests a rule: one test a case, each judged as the gate judges. A denial is compared to the letter. Tests that could
 * not fail, or say something else than they seem to, fail.
 *
 * @param rule the rule; or its file, which is then judged in the sandbox as the gate does:
 *   `new URL('./no-debug.js', import.meta.url)`
 * @param runner `describe` and `it` where the test runner has no global ones: `node:test`
 */
export function testRule(
  rule: AnyRule | FileUrl | string,
  cases: RuleCases,
  runner: TestRunner = globalRunner(),
): void {
  if (typeof rule === 'string') testFile(rule, cases, runner);
  else if (isUrl(rule)) testFile(rule.href, cases, runner);
  else testModule(rule, cases, runner);
}

/** A `URL`: that type is known only to whoever has types for Node or for browsers. */
export interface FileUrl {
  readonly href: string;
}

function isUrl(rule: AnyRule | FileUrl): rule is FileUrl {
  return rule instanceof URL;
}

function testModule(rule: AnyRule, cases: RuleCases, runner: TestRunner): void {
  const mistakes = mistakesOf(rule);
  if (mistakes.length === 0) describeCases(rule.meta.name, rule, createJudge(rule), cases, runner);
  else runner.describe('a rule', () => runner.it(IS_RULE, () => failFor([...mistakes, ...casesProblems(cases, [])])));
}

function testFile(place: string, cases: RuleCases, runner: TestRunner): void {
  const path = place.startsWith('file:') ? fileURLToPath(place) : place;
  const file = { name: basename(path, extname(path)), path, realpath: path };
  describeCases(file.name, { meta: {} }, createSandboxJudge(file), cases, runner);
}

const IS_RULE = 'is a rule, with cases of both kinds, each of them once';

function describeCases(
  name: string,
  rule: Parameters<typeof sameCases>[0],
  judge: Judge,
  cases: RuleCases,
  runner: TestRunner,
): void {
  const all = readCases(cases);
  runner.describe(name, () => {
    runner.it(IS_RULE, () => failFor(casesProblems(cases, sameCases(rule, all))));
    for (const one of all) runner.it(one.title, () => expectVerdict(judge, one));
  });
}

function failFor(problems: readonly string[]): void {
  if (problems.length > 0) throw new RuleTestError(problems.join('\n'));
}

/** What the gate would have against it when it loads. */
function mistakesOf(rule: unknown): readonly string[] {
  const { meta } = Object(rule) as Partial<AnyRule>;
  const { name } = Object(meta) as Partial<AnyRule['meta']>;
  // Nobody knows here what its file is called: it is given the benefit of the doubt.
  const file = { name: typeof name === 'string' ? name : 'name-of-the-file', path: 'the rule', realpath: '' };
  return ruleMistakes(rule, file, true).map(mistakeText);
}

function expectVerdict(judge: Judge, one: ReadCase): void | Promise<void> {
  failFor(one.problems);
  const said = judge(one);
  return said instanceof Promise ? said.then((sentences) => compare(one, sentences)) : compare(one, said);
}

function compare({ sentences }: ReadCase, said: readonly string[]): void {
  const [expected, actual] = [sentences.join('\n'), said.join('\n')];
  if (actual === expected) return;
  throw new RuleTestError(`The rule should say\n  ${inWords(sentences)}\nbut it says\n  ${inWords(said)}`, {
    expected,
    actual,
  });
}

function inWords(sentences: readonly string[]): string {
  return sentences.length === 0 ? '(nothing: the image is allowed)' : sentences.join('\n  ');
}
