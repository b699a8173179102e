import { prepareOptions, type ValidOptions } from '../../engine/prepare-rule.ts';
import { readViolations } from '../../engine/read-violations.ts';
import type { ImageReference } from '../../image/reference.ts';
import { ruleMistakes } from '../../rule-file/rule-mistakes.ts';
import type { RuleFile } from '../../rule-file/rule-files.ts';
import type { AnyRule } from '../../rule/rule.ts';
import { cut, errorText } from './error-text.ts';
import { guestConsole, offer, takeHost } from './host.ts';
import { lazyContext } from './lazy-context.ts';

// Runs in a rule's instance, around the rule. A rule that tampers with it affects its own verdicts only: the gate validates
// the output like any untrusted input.

/** Per image. A denial shows some 15, and one is enough to deny. */
const MAX_VIOLATIONS = 32;
const OUT_OF_MEMORY = 'it used up its 16 MiB of memory';

const host = takeHost();
const context = lazyContext(host);
const prepared: unknown[] = [];
let exported: unknown;

Object.assign(globalThis, {
  console: guestConsole(host),
  accept: (namespace: { readonly default?: unknown }) => void (exported = namespace.default),
});

offer({ describe, prepare, check, told });

/** Returns the rule's `meta`, or its mistakes. */
function describe(text: string): string {
  Reflect.deleteProperty(globalThis, 'accept');
  const mistakes = ruleMistakes(exported, JSON.parse(text) as RuleFile);
  if (mistakes.length > 0) return JSON.stringify({ mistakes });
  const { name, description, schema, action } = (exported as AnyRule).meta;
  return JSON.stringify({ mistakes, name, description, schema, action });
}

/** Calls the rule's `prepare` for the next options; returns their mistakes. */
function prepare(text: string): string {
  const result = prepareOptions(exported as AnyRule, JSON.parse(text) as ValidOptions, inWords);
  if ('mistakes' in result) return JSON.stringify(result.mistakes);
  prepared.push(result.prepared);
  return '[]';
}

/** Returns the violations under the options with that index: empty, a JSON list, or a JSON string with the failure. */
function check(text: string): string {
  const [place, image] = JSON.parse(text) as [number, ImageReference];
  try {
    const returned: unknown = (exported as AnyRule).check(image, prepared[place], context);
    if (returned === undefined) return '';
    const violations = readViolations(returned).slice(0, MAX_VIOLATIONS);
    if (violations.length === 0) return '';
    return JSON.stringify(violations.map(({ problem, remedy }) => ({ problem: cut(problem), remedy: cut(remedy) })));
  } catch (error) {
    return JSON.stringify(inWords(error));
  }
}

/** A thrown value as the end of a sentence, with the line of the rule. */
function inWords(error: unknown): string {
  const { name, message, place } = errorText(error);
  if (name === 'InternalError' && message === 'out of memory') return OUT_OF_MEMORY;
  const words = message.replace(/(?<!\.)\.$/, '');
  return place === undefined ? words : `${place.file}:${place.line}: ${words}`;
}

/** Describes what was thrown while the file was evaluated; it gets the value itself, not a string. */
function told(thrown: unknown): string {
  return JSON.stringify(errorText(thrown));
}
