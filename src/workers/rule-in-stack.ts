import { pathToFileURL } from 'node:url';
import type { RuleFile } from '../rule/rule-files.ts';

/** A stack begins with the message, which may be of any length. */
const MAX_LENGTH = 16_384;

/** The rule whose file stands first in the stack of what was thrown, if there is one: anything can be thrown. */
export function ruleInStack(thrown: unknown, files: readonly RuleFile[]): string | undefined {
  const stack = stackOf(thrown);
  const places = files
    .map(({ name, path }) => ({ name, at: stack.indexOf(`${pathToFileURL(path).href}:`) }))
    .filter(({ at }) => at !== -1);
  return places.toSorted((a, b) => a.at - b.at)[0]?.name;
}

function stackOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.stack).slice(0, MAX_LENGTH) : '';
  } catch {
    return '';
  }
}
