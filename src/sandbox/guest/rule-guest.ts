import { prepareOptions, type ValidOptions } from '../../engine/prepare-rule.ts';
import { readViolations } from '../../engine/read-violations.ts';
import type { ImageReference } from '../../image/reference.ts';
import { ruleMistakes } from '../../rule-file/rule-mistakes.ts';
import type { RuleFile } from '../../rule-file/rule-files.ts';
import type { AnyRule } from '../../rule/rule.ts';
import { cut, errorText } from './error-text.ts';
import { guestConsole, offer, takeHost } from './host.ts';
import { lazyContext } from './lazy-context.ts';

// What runs in the instance of a rule, around it. Whatever the rule does to it, it does to its own verdicts only: the
// gate reads what comes out as it reads any text of a stranger.

/** Of one image. A denial tells some 15, and one is enough to deny. */
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

/** What the rule says of itself, or what keeps it from being one. */
function describe(text: string): string {
  Reflect.deleteProperty(globalThis, 'accept');
  const mistakes = ruleMistakes(exported, JSON.parse(text) as RuleFile);
  if (mistakes.length > 0) return JSON.stringify({ mistakes });
  const { name, description, schema, action } = (exported as AnyRule).meta;
  return JSON.stringify({ mistakes, name, description, schema, action });
}

/** Has the rule prepare the next selection's options; what is wrong with them comes out. */
function prepare(text: string): string {
  const result = prepareOptions(exported as AnyRule, JSON.parse(text) as ValidOptions, inWords);
  if ('mistakes' in result) return JSON.stringify(result.mistakes);
  prepared.push(result.prepared);
  return '[]';
}

/** The rule's violations under the options in that place, or why there are none: nothing, a list, or a text. */
function check(text: string): string {
  const [selection, image] = JSON.parse(text) as [number, ImageReference];
  try {
    const returned: unknown = (exported as AnyRule).check(image, prepared[selection], context);
    if (returned === undefined) return '';
    const violations = readViolations(returned).slice(0, MAX_VIOLATIONS);
    if (violations.length === 0) return '';
    return JSON.stringify(violations.map(({ problem, remedy }) => ({ problem: cut(problem), remedy: cut(remedy) })));
  } catch (error) {
    return JSON.stringify(inWords(error));
  }
}

/** What was thrown, as the end of a sentence, with the line of the rule. */
function inWords(error: unknown): string {
  const { name, message, place } = errorText(error);
  if (name === 'InternalError' && message === 'out of memory') return OUT_OF_MEMORY;
  const words = message.replace(/(?<!\.)\.$/, '');
  return place === undefined ? words : `${place.file}:${place.line}: ${words}`;
}

/** Tells of what was thrown while the file was evaluated. It comes as it is, though the gate calls it like the others. */
function told(thrown: unknown): string {
  return JSON.stringify(errorText(thrown));
}
