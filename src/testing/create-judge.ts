import { sentence } from '../admission/sentence.ts';
import { deepFreeze } from '../engine/deep-freeze.ts';
import { evaluate } from '../engine/evaluate.ts';
import type { Finding } from '../engine/finding.ts';
import { DEFAULT_POLICY } from '../engine/policy.ts';
import { createRuleset, type Selection } from '../engine/ruleset.ts';
import { parseReference, type ImageReference } from '../image/reference.ts';
import { messageOf, MistakesError, mistakeText } from '../mistake/mistake.ts';
import type { AnyRule } from '../rule/rule.ts';
import { caseContext } from './case-context.ts';
import type { ReadCase } from './rule-cases.ts';
import { RuleTestError } from './rule-test-error.ts';

/** What the rule has thrown, which the engine keeps as a text only. */
interface Thrown {
  error?: unknown;
}

/** What the gate would say about the image of a case, if the rule were its only one, in whole sentences. */
export type Judge = (one: ReadCase) => readonly string[];

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
    return askTwice(
      () => evaluate([{ raw: image, reference, container, unchanged: false }], selection, request),
      thrown,
    );
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
  const sources = Object.fromEntries(Object.keys(options).map((option) => [option, `options.${option}`]));
  const setting = { action: 'deny', options, sources } as const;
  try {
    return createRuleset([rule], undefined, { ...DEFAULT_POLICY, rules: new Map([[rule.meta.name, setting]]) })
      .everywhere;
  } catch (error) {
    if (!(error instanceof MistakesError)) throw error;
    const lines = error.mistakes.map(mistakeText).join('\n');
    throw new RuleTestError(
      `With these options the gate would not load the rule:\n${lines}${mutationHint(thrown.error)}`,
      { cause: thrown.error },
    );
  }
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
