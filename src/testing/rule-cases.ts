import { shown } from '../mistake/mistake.ts';
import type { RuleContext } from '../rule/rule.ts';

/** The parts of a context that matter to a case; the others are those of a new Pod with a container `app`. */
export interface CaseContext extends Partial<Pick<RuleContext, 'operation' | 'now' | 'namespace'>> {
  readonly userInfo?: Partial<RuleContext['userInfo']>;
  readonly workload?: Partial<RuleContext['workload']>;
  readonly container?: Partial<RuleContext['container']>;
}

export interface AllowedCase {
  readonly image: string;
  /** What differs from the defaults of the rule's schema. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly context?: CaseContext;
  /** Why this case is there. */
  readonly name?: string;
}

export interface DeniedCase extends AllowedCase {
  /** The whole sentence, as kubectl prints it: `app image has no tag! (nginx). Only images with tags are allowed.` */
  readonly sentence?: string;
  /** In place of `sentence`, for an image with more than one violation: all of them, in the rule's order. */
  readonly sentences?: readonly string[];
}

export interface RuleCases {
  /** Images that the rule has nothing to say about. */
  readonly allowed: readonly (string | AllowedCase)[];
  readonly denied: readonly DeniedCase[];
}

/** A case with all that was left to defaults. */
export interface ReadCase {
  /** Of the test. */
  readonly title: string;
  readonly image: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly context: CaseContext;
  /** What the rule must say; nothing for an image that is allowed. */
  readonly sentences: readonly string[];
  /** What keeps it from being a case. */
  readonly problems: readonly string[];
}

const KEYS: readonly string[] = ['image', 'options', 'context', 'name'] satisfies (keyof AllowedCase)[];
const DENIED_KEYS: readonly string[] = [...KEYS, 'sentence', 'sentences'];

/** The cases of both lists, in their order. What is no list has none; `casesProblems` says so. */
export function readCases(cases: RuleCases): readonly ReadCase[] {
  const { allowed, denied } = objectOr(cases);
  return [
    ...listOf(allowed).map((one) => readCase('allows', typeof one === 'string' ? { image: one } : one, KEYS)),
    ...listOf(denied).map((one) => readCase('denies', one, DENIED_KEYS)),
  ];
}

/** What is wrong with the cases as a whole, of which some are the `same`; what is wrong with one, its own test says. */
export function casesProblems(
  written: RuleCases,
  same: readonly (readonly [first: ReadCase, again: ReadCase])[],
): readonly string[] {
  const { allowed, denied } = objectOr(written);
  const problems: string[] = [];
  if (listOf(allowed).length === 0) problems.push(none('allowed', 'a rule that denies everything would pass'));
  if (listOf(denied).length === 0) problems.push(none('denied', 'a rule that does nothing would pass'));
  for (const [first, again] of same) {
    problems.push(
      `The case "${again.title}" has the same image, options and context as "${first.title}": remove one of them.`,
    );
  }
  return problems;
}

function none(list: string, why: string): string {
  return `There is no ${list} case, so that ${why}: add one to the list \`${list}\`.`;
}

// Whoever writes JavaScript may have left away anything, or written something else.

function listOf<Item>(list: readonly Item[] | undefined): readonly Item[] {
  return Array.isArray(list) ? list : [];
}

function objectOr<Value extends object>(value: Value): Partial<Value> {
  return typeof value === 'object' && value !== null ? value : {};
}

function readCase(verb: string, written: DeniedCase, keys: readonly string[]): ReadCase {
  const { image, options = {}, context = {}, sentence, sentences, name } = objectOr(written);
  const unknown = Object.keys(objectOr(written)).filter((key) => !keys.includes(key));
  const problems = unknown.map((key) => `A case has no \`${key}\`: it has ${keys.join(', ')}.`);
  if (typeof image !== 'string') problems.push(`\`image\` must be a text, found ${shown(image)}.`);
  for (const [key, part] of Object.entries({ options, context })) {
    if (typeof part !== 'object' || part === null) problems.push(`\`${key}\` must be an object, found ${shown(part)}.`);
  }
  if (!isPlain(options))
    problems.push('`options` must be what policy.yaml can say: texts, numbers, lists and objects.');
  if (keys === DENIED_KEYS) problems.push(...sentenceProblems(sentence, sentences));
  return {
    title: `${verb} ${typeof image === 'string' ? image : shown(written)}${details(name, options, context)}`,
    image: image ?? '',
    options,
    context,
    sentences: sentences ?? (sentence === undefined ? [] : [sentence]),
    problems,
  };
}

function details(name: string | undefined, options: object, context: object): string {
  if (name !== undefined) return `: ${name}`;
  const [withOptions, inContext] = [options, context].map(json);
  return (withOptions === '{}' ? '' : `, with ${withOptions}`) + (inContext === '{}' ? '' : `, in ${inContext}`);
}

/** For a title, which what is no JSON needs as well. */
function json(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return shown(value);
  }
}

/** Whether it is of what YAML and JSON know, all the way down. */
function isPlain(value: unknown, above: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null) return !['bigint', 'function', 'symbol'].includes(typeof value);
  if (above.includes(value)) return false;
  const isData = Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
  return isData && Object.values(value).every((part) => isPlain(part, [...above, value]));
}

function sentenceProblems(sentence: unknown, sentences: unknown): readonly string[] {
  if ((sentence === undefined) === (sentences === undefined)) {
    return ['A denied case has either `sentence` or `sentences`: write what kubectl prints.'];
  }
  const all = sentences === undefined ? [sentence] : sentences;
  if (!Array.isArray(all) || all.length === 0) return ['`sentences` must be a list of at least one sentence.'];
  if (!all.every((one) => typeof one === 'string' && one.trim() !== '')) {
    return [
      'A sentence is empty, or no text: write all of what kubectl prints, from the container to the last full stop.',
    ];
  }
  return all.some((one) => /[\r\n]/.test(one))
    ? ['A sentence is one line: write those of several violations as the list `sentences`.']
    : [];
}
