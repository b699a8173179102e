import { sentence } from '../admission/sentence.ts';
import { completed, evaluate } from '../engine/evaluate.ts';
import type { Finding } from '../engine/finding.ts';
import { DEFAULT_POLICY } from '../engine/policy.ts';
import { createRuleset, type Selection } from '../engine/ruleset.ts';
import { type ImageReference, parseReference } from '../image/reference.ts';
import { messageOf, MistakesError, mistakeText } from '../mistake/mistake.ts';
import type { RuleFile } from '../rule-file/rule-files.ts';
import type { AnyRule } from '../rule/rule.ts';
import { loadCustomRules } from '../sandbox/load-custom-rules.ts';
import { caseContext } from './case-context.ts';
import type { ReadCase } from './rule-cases.ts';
import { RuleTestError } from './test-runner.ts';

/** What the rule has thrown, which the engine keeps as a text only. */
interface Thrown {
  error?: unknown;
}

/** What the gate would say about the image of a case, if the rule were its only one, in whole sentences. */
export type Judge = (one: ReadCase) => readonly string[] | Promise<readonly string[]>;

/**
 * Makes a judge, who throws a `RuleTestError` for a case that no gate would ask the rule about, and for a rule that does
 * not judge. As in the gate, the rule prepares the same options once for all images.
 */
export function createJudge(rule: AnyRule): Judge {
  const thrown: Thrown = {};
  const asked = watched(rule, thrown);
  const selections = new Map<string, Selection>();
  return ({ image, options, context }) => {
    delete thrown.error;
    const reference = readReference(image);
    const key = JSON.stringify(options);
    const selection = selections.get(key) ?? bind(asked, options, thrown);
    selections.set(key, selection);
    const { container, ...request } = deepFreeze(structuredClone(caseContext(context)));
    const { serviceAccountName } = request.workload;
    const place = { raw: image, reference, container, serviceAccountName, unchanged: false };
    return askTwice(() => completed(evaluate([place], selection, request)), thrown);
  };
}

function askTwice(ask: () => readonly Finding[], thrown: Thrown): readonly string[] {
  const findings = ask();
  const failure = findings.find(({ failed }) => failed);
  if (failure !== undefined) {
    const reason = thrown.error === undefined ? failure.remedy : `It threw:\n  ${messageOf(thrown.error)}`;
    throw new RuleTestError(
      `\`check\` failed, and the gate denies what a rule could not judge. ${reason}${mutationHint(thrown.error)}`,
      { cause: thrown.error },
    );
  }
  const sentences = findings.map(sentence);
  const again = ask().map(sentence);
  if (sentences.join('\n') !== again.join('\n')) {
    throw new RuleTestError(
      'Asked twice about the same image, `check` has two answers: let it remember nothing between images. ' +
        'A regular expression with the flag `g` does.',
    );
  }
  return sentences;
}

/** As for a rule in this process, but that the gate's own loader takes the rule's file into the sandbox. */
export function createSandboxJudge(file: RuleFile): Judge {
  const loaded = new Map<string, Promise<Selection>>();
  return async ({ image, options, context }) => {
    const reference = readReference(image);
    const { container, ...request } = caseContext(context);
    const key = JSON.stringify(options);
    const selection = loaded.get(key) ?? load(file, options);
    loaded.set(key, selection);
    const { serviceAccountName } = request.workload;
    const place = { raw: image, reference, container, serviceAccountName, unchanged: false };
    const findings = completed(evaluate([place], await selection, request));
    const failure = findings.find(({ failed }) => failed);
    if (failure === undefined) return findings.map(sentence);
    throw new RuleTestError(`\`check\` failed, and the gate denies what a rule could not judge. ${failure.remedy}`);
  };
}

async function load(file: RuleFile, options: Readonly<Record<string, unknown>>): Promise<Selection> {
  const rules = new Map([[file.name, settingOf(options)]]);
  const watch = { print: (rule: string, _level: string, text: string) => process.stderr.write(`${rule}: ${text}\n`) };
  try {
    const custom = await loadCustomRules({ files: [file], takenNames: new Map(), settings: [rules], watch });
    return createRuleset([], custom, { ...DEFAULT_POLICY, rules }).everywhere;
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

function bind(rule: AnyRule, options: Readonly<Record<string, unknown>>, thrown: Thrown): Selection {
  try {
    const rules = new Map([[rule.meta.name, settingOf(options)]]);
    return createRuleset([rule], [], { ...DEFAULT_POLICY, rules }).everywhere;
  } catch (error) {
    throw notLoaded(error, thrown.error);
  }
}

function settingOf(options: Readonly<Record<string, unknown>>) {
  const sources = Object.fromEntries(Object.keys(options).map((option) => [option, `options.${option}`]));
  return { action: 'deny', options, sources } as const;
}

function notLoaded(error: unknown, cause?: unknown): unknown {
  if (!(error instanceof MistakesError)) return error;
  const lines = error.mistakes.map(mistakeText).join('\n');
  return new RuleTestError(`With these options the gate would not load the rule:\n${lines}${mutationHint(cause)}`, {
    cause,
  });
}

/** The rule, given only what it cannot change. */
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

/** What to do about an error of the kind that only changing something frozen gives. */
function mutationHint(error: unknown): string {
  const isOfFrozen = /read only property|not extensible|Cannot (?:delete|redefine) property/;
  if (!(error instanceof TypeError) || !isOfFrozen.test(error.message)) return '';
  return '\nImage, options and context must stay as they are: copy before you change, as in `[...list].sort()`.';
}

/** Freezes plain data, and all that is in it. What is frozen already is left alone. Returns its argument. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
