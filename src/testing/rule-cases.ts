import { shown } from '../mistake/mistake.ts';
import type { RuleContext } from '../rule/rule.ts';

/** The parts of a context that matter to a case; the rest is that of a new Pod with a container `app`. */
export interface CaseContext extends Partial<Pick<RuleContext, 'operation' | 'now' | 'namespace' | 'profile'>> {
  readonly userInfo?: Partial<RuleContext['userInfo']>;
  readonly workload?: Partial<RuleContext['workload']>;
  readonly container?: Partial<RuleContext['container']>;
}

export interface AllowedCase {
  readonly image: string;
  /** Options that differ from the defaults in the rule's schema. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly context?: CaseContext;
  /** What the case is about. */
  readonly name?: string;
}

export interface DeniedCase extends AllowedCase {
  /** The whole sentence, as kubectl prints it: `app image has no tag! (nginx). Only images with tags are allowed.` */
  readonly sentence?: string;
  /** In place of `sentence`, for an image with more than one violation: all of them, in the rule's order. */
  readonly sentences?: readonly string[];
}

export interface RuleCases {
  /** Images without violations. */
  readonly allowed: readonly (string | AllowedCase)[];
  readonly denied: readonly DeniedCase[];
}

/** A case with defaults filled in. */
export interface ReadCase {
  /** The test's title. */
  readonly title: string;
  readonly image: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly context: CaseContext;
  /** The expected sentences; none for an allowed image. */
  readonly sentences: readonly string[];
  /** Why the case is invalid. */
  readonly problems: readonly string[];
}

const KEYS: readonly string[] = ['image', 'options', 'context', 'name'] satisfies (keyof AllowedCase)[];
const DENIED_KEYS: readonly string[] = [...KEYS, 'sentence', 'sentences'];

/** The cases of both lists, in order. Anything but a list counts as empty, which `casesProblems` reports. */
export function readCases(cases: RuleCases): readonly ReadCase[] {
  const { allowed, denied } = objectOr(cases);
  return [
    ...listOf(allowed).map((one) => readCase('allows', typeof one === 'string' ? { image: one } : one, KEYS)),
    ...listOf(denied).map((one) => readCase('denies', one, DENIED_KEYS)),
  ];
}

/** Problems of the cases as a whole; each case's own test reports its problems. @param same duplicates */
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

// In JavaScript any value may be absent or of another type.

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

/** For a title, which a value that is not JSON needs, too. */
function json(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return shown(value);
  }
}

/** Whether a value is plain data, as in YAML and JSON. */
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
