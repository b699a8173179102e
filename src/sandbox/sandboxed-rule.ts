import type { Answer, CustomAnswer, CustomRule } from '../engine/policy.ts';
import { readViolations } from '../engine/read-violations.ts';
import type { ImageReference } from '../image/reference.ts';
import { messageOf } from '../mistake/mistake.ts';
import type { DefaultAction, RuleContext, RuleSummary } from '../rule/rule.ts';
import { type Guest, GuestEnd } from './guest.ts';
import type { Reading, Remembered } from './remembered.ts';

/** The budget of one check. A check without violations takes some 800, one that reads all of its context 11,000. */
export const CHECK_STEPS = 100_000;
/** The most lines that a rule may print in one check. */
export const MAX_LINES = 20;
/** The guest cuts after 1,024 characters and appends three dots. */
const MAX_FAILURE_LENGTH = 1027;

export type LogLevel = 'info' | 'warn' | 'error';

/** Callbacks for the output and the checks of custom rules. */
export interface RuleWatch {
  readonly print: (rule: string, level: LogLevel, text: string) => void;
  /** A check ran, in this many steps. */
  readonly asked?: (rule: string, steps: number) => void;
  /** An answer came from the cache. */
  readonly remembered?: (rule: string) => void;
}

export interface RuleParts {
  readonly summary: RuleSummary;
  readonly guest: Guest;
  readonly host: CheckHost;
  readonly remembered: Remembered<CustomAnswer>;
  readonly watch: RuleWatch;
}

/** Serves a rule's reads and prints during a check. */
export class CheckHost {
  context: RuleContext | undefined;
  readings: Reading[] = [];
  lines = 0;
  readonly #print: (level: LogLevel, text: string) => void;

  constructor(print: (level: LogLevel, text: string) => void) {
    this.#print = print;
  }

  begin(context: RuleContext): void {
    this.context = context;
    this.readings = [];
    this.lines = 0;
  }

  read(path: string): string {
    // The guest reads the context only during a check.
    const text = readContext(this.context!, path);
    this.readings.push({ path, text });
    return text;
  }

  log(level: string, text: string): void {
    if (++this.lines <= MAX_LINES) this.#print(level === 'warn' || level === 'error' ? level : 'info', text);
  }

  /** The time of the review, which counts as a read of the context. */
  clock(): number {
    if (this.context === undefined) throw new NoClockError();
    return Date.parse(JSON.parse(this.read('now')) as string);
  }
}

/** A rule asked for the time while it was loaded, when there is no review. */
export class NoClockError extends Error {
  override readonly name = 'NoClockError';
}

/** A custom rule in its own engine, with its cached answers. */
export class SandboxedRule implements CustomRule {
  readonly name: string;
  readonly description: string;
  readonly action?: DefaultAction;
  readonly #parts: RuleParts;

  constructor(parts: RuleParts) {
    const { name, description, action } = parts.summary;
    this.name = name;
    this.description = description;
    if (action !== undefined) this.action = action;
    this.#parts = parts;
  }

  ask(place: number, image: ImageReference, context: RuleContext): CustomAnswer {
    const { remembered, watch } = this.#parts;
    const first = `${this.name} ${place} ${image.raw}`;
    const known = remembered.find(first, (path) => readContext(context, path));
    if (known !== undefined) {
      watch.remembered?.(this.name);
      return known;
    }
    const { answer, steps, length } = this.#check(place, image, context);
    watch.asked?.(this.name, steps);
    remembered.keep(first, this.#parts.host.readings, { answer, steps, isNew: false }, length);
    return { answer, steps, isNew: true };
  }

  #check(place: number, image: ImageReference, context: RuleContext) {
    const { guest, host } = this.#parts;
    host.begin(context);
    guest.restore();
    try {
      const text = guest.ask('check', JSON.stringify([place, image]), CHECK_STEPS);
      const steps = CHECK_STEPS - guest.engine.steps + text.length;
      return { answer: readAnswer(text), steps, length: text.length };
    } catch (error) {
      if (!(error instanceof GuestEnd)) throw error;
      const steps = Math.min(CHECK_STEPS, CHECK_STEPS - guest.engine.steps);
      return { answer: { failure: error.message }, steps, length: error.message.length };
    }
  }
}

/** Parses the untrusted answer of `check`: empty, a list of violations, or a failure. */
function readAnswer(text: string): Answer {
  if (text === '') return { violations: [] };
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'string') return { failure: answer.slice(0, MAX_FAILURE_LENGTH) };
    return { violations: readViolations(answer) };
  } catch (error) {
    return { failure: messageOf(error).slice(0, MAX_FAILURE_LENGTH) };
  }
}

/**
 * A part of a context as JSON, or empty if absent.
 *
 * @param path `container.name`; for labels and annotations the key follows a blank, `workload.labels app`
 */
export function readContext(context: RuleContext, path: string): string {
  const blank = path.indexOf(' ');
  const names = (blank === -1 ? path : path.slice(0, blank)).split('.');
  let value: unknown = context;
  for (const name of names) value = ownValue(value, name);
  if (blank !== -1) value = ownValue(value, path.slice(blank + 1));
  return value === undefined ? '' : JSON.stringify(value);
}

/** A label may be called `constructor`. */
function ownValue(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name];
}
