import { sentence } from '../admission/response.ts';
import { completed, evaluate } from '../engine/evaluate.ts';
import type { Finding } from '../engine/finding.ts';
import { DEFAULT_POLICY } from '../engine/policy.ts';
import { createRuleset, type Selection } from '../engine/ruleset.ts';
import { type ImageReference, parseReference } from '../image/reference.ts';
import { messageOf, MistakesError, mistakeText } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule-file/rule-files.ts';
import type { AnyRule, RuleContext } from '../rule/rule.ts';
import { loadCustomRules } from '../sandbox/load-custom-rules.ts';
import { caseContext } from './case-context.ts';
import type { ReadCase } from './rule-cases.ts';
import { RuleTestError } from './test-runner.ts';

/** The error that the rule threw; the engine keeps only its text. */
interface Thrown {
  error?: unknown;
}

/** Returns the gate's sentences about the image of a case, with the rule as its only one. */
export type Judge = (one: ReadCase) => readonly string[] | Promise<readonly string[]>;

/**
 * Judges in this process. Throws a `RuleTestError` for a case that the gate would never pass to the rule, and for a rule
 * that fails. As in the gate, the rule prepares the same options once for all images.
 */
export function createJudge(rule: AnyRule): Judge {
  const thrown: Thrown = {};
  const asked = watched(rule, thrown);
  const selectionFor = memoizedByOptions((options) => bind(asked, options, thrown));
  return ({ image, options, context }) => {
    delete thrown.error;
    const reference = readReference(image);
    const frozen = deepFreeze(structuredClone(caseContext(context)));
    const [sentences, again] = [1, 2].map(() => sentencesOf(find(reference, frozen, selectionFor(options)), thrown));
    if (sentences!.join('\n') === again!.join('\n')) return sentences!;
    throw new RuleTestError(
      'Asked twice about the same image, `check` has two answers: let it remember nothing between images. ' +
        'A regular expression with the flag `g` does.',
    );
  };
}

/** The same with the rule's file loaded into the sandbox, as in the gate. */
export function createSandboxJudge(file: RuleFile): Judge {
  const selectionFor = memoizedByOptions(async (options) => load(file, options));
  return async ({ image, options, context }) =>
    sentencesOf(find(readReference(image), caseContext(context), await selectionFor(options)));
}

type Options = ReadCase['options'];

function memoizedByOptions<T>(make: (options: Options) => T): (options: Options) => T {
  const made = new Map<string, T>();
  return (options) => {
    const key = JSON.stringify(options);
    const one = made.get(key) ?? make(options);
    made.set(key, one);
    return one;
  };
}

function find(
  reference: ImageReference,
  { container, ...request }: RuleContext,
  selection: Selection,
): readonly Finding[] {
  const { serviceAccountName } = request.workload;
  const place = { raw: reference.raw, reference, container, serviceAccountName, unchanged: false };
  return completed(evaluate([place], selection, request));
}

function sentencesOf(findings: readonly Finding[], { error: cause }: Thrown = {}): readonly string[] {
  const failure = findings.find(({ failed }) => failed);
  if (failure === undefined) return findings.map(sentence);
  const reason = cause === undefined ? failure.remedy : `It threw:\n  ${messageOf(cause)}${mutationHint(cause)}`;
  throw new RuleTestError(`\`check\` failed, and the gate denies what a rule could not judge. ${reason}`, { cause });
}

async function load(file: RuleFile, options: Options): Promise<Selection> {
  const setting = settingOf(options);
  const rules = new Map([[file.name, setting]]);
  const watch = { print: (rule: string, _level: string, text: string) => process.stderr.write(`${rule}: ${text}\n`) };
  try {
    const custom = await loadCustomRules({
      files: [file],
      takenNames: new Map(),
      options: new Map([[file.name, [setting]]]),
      watch,
    });
    if (custom.mistakes.length > 0) throw new MistakesError(custom.mistakes);
    return createRuleset([], custom.rules, { ...DEFAULT_POLICY, rules }).everywhere;
  } catch (error) {
    throw notLoaded(error);
  }
}

function readReference(image: string): ImageReference {
  try {
    return parseReference(image);
  } catch (error) {
    throw new RuleTestError(
      `${image} is no valid reference, so that the gate itself denies it and asks no rule: ${messageOf(error)} ` +
        'Write an image that can be read.',
    );
  }
}

function bind(rule: AnyRule, options: Options, thrown: Thrown): Selection {
  try {
    const rules = new Map([[rule.meta.name, settingOf(options)]]);
    return createRuleset([rule], [], { ...DEFAULT_POLICY, rules }).everywhere;
  } catch (error) {
    throw notLoaded(error, thrown.error);
  }
}

function settingOf(options: Options) {
  const sources = Object.fromEntries(
    Object.keys(options).map((option) => [option, { source: { name: `options.${option}` } }]),
  );
  return { action: 'deny', options, sources } as const;
}

function notLoaded(error: unknown, cause?: unknown): unknown {
  if (!(error instanceof MistakesError)) return error;
  const lines = error.mistakes.map(mistakeText).join('\n');
  return new RuleTestError(`With these options the gate would not load the rule:\n${lines}${mutationHint(cause)}`, {
    cause,
  });
}

/** The rule with frozen arguments, and its errors recorded. */
function watched(rule: AnyRule, thrown: Thrown): AnyRule {
  const keep = <Result>(judge: () => Result): Result => {
    try {
      return judge();
    } catch (error) {
      thrown.error = error;
      throw error;
    }
  };
  return {
    meta: rule.meta,
    prepare: (options: object) =>
      keep((): unknown => (rule.prepare === undefined ? deepFreeze(options) : rule.prepare(deepFreeze(options)))),
    check: (image, prepared, context) => keep(() => rule.check(image, prepared, context)),
  };
}

/** A hint for the errors of changing something frozen. */
function mutationHint(error: unknown): string {
  const isOfFrozen = /read only property|not extensible|Cannot (?:delete|redefine) property/;
  if (!(error instanceof TypeError) || !isOfFrozen.test(error.message)) return '';
  return '\nImage, options and context must stay as they are: copy before you change, as in `[...list].sort()`.';
}

/** Freezes plain data recursively, except for what is frozen already. Returns its argument. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
