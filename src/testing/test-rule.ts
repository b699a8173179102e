import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mistakeText } from '../mistake/mistake.ts';
import type { AnyRule, RuleContext } from '../rule/rule.ts';
import { ruleMistakes } from '../rule-file/rule-mistakes.ts';
import { createJudge, createSandboxJudge, type Judge } from './create-judge.ts';
import { type CaseContext, casesProblems, type ReadCase, readCases, type RuleCases } from './rule-cases.ts';
import { globalRunner, RuleTestError, type TestRunner } from './test-runner.ts';
import { caseContext } from './case-context.ts';

/**
 * Tests a rule: one test per case, judged as in the gate. Sentences of denials are compared exactly. Invalid cases, and
 * lists of cases that could not fail, fail.
 *
 * @param rule the rule; or its file, which then runs in the sandbox, as in the gate:
 *   `new URL('./no-debug.js', import.meta.url)`
 * @param runner `describe` and `it`, if the test runner has no global ones: `node:test`
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

/** A `URL`, whose type exists only with the types of Node or the DOM. */
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

/** The mistakes that the gate would report when it loads the rule. */
function mistakesOf(rule: unknown): readonly string[] {
  const { meta } = Object(rule) as Partial<AnyRule>;
  const { name } = Object(meta) as Partial<AnyRule['meta']>;
  // The file's name is unknown here, so it is assumed to match.
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

/** The parts of a schema that hold defaults. */
interface Defaults {
  readonly default?: unknown;
  readonly items?: Defaults;
  readonly properties?: Readonly<Record<string, Defaults>>;
}

/** Duplicate cases, which the rule cannot distinguish, each with the first one. */
function sameCases(
  { meta: { schema } }: { readonly meta: Pick<AnyRule['meta'], 'schema'> },
  cases: readonly ReadCase[],
): readonly (readonly [first: ReadCase, again: ReadCase])[] {
  const seen = new Map<string, ReadCase>();
  const same: [ReadCase, ReadCase][] = [];
  for (const one of cases) {
    const context = wholeContext(one.context);
    // The test of an invalid case reports it.
    if (one.problems.length > 0 || context === undefined) continue;
    const options = withDefaults(one.options, (schema ?? {}) as Defaults);
    const key = JSON.stringify([one.image, options, context], inOrder);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, one);
    else same.push([first, one]);
  }
  return same;
}

function withDefaults(value: unknown, { properties = {}, items = {} }: Defaults): unknown {
  if (Array.isArray(value)) return value.map((item) => withDefaults(item, items));
  if (!isObject(value)) return value;
  const filled = new Map<string, unknown>(Object.entries(value));
  for (const [name, schema] of Object.entries(properties)) {
    const given = filled.get(name) ?? schema.default;
    if (given !== undefined) filled.set(name, withDefaults(given, schema));
  }
  return Object.fromEntries(filled);
}

function wholeContext(context: CaseContext): RuleContext | undefined {
  try {
    return caseContext(context);
  } catch {
    return undefined;
  }
}

/** A JSON replacer that sorts keys. */
function inOrder(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
