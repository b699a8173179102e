import type { Violation } from '../rule/rule.ts';
import { typeName } from '../workload/json-object.ts';

/**
 * What a check returned, as violations of our own making, so that nothing a rule does later changes them.
 *
 * @throws {TypeError} for what is neither a list of violations nor nothing; its message is the end of a sentence.
 */
export function readViolations(returned: unknown): readonly Violation[] {
  if (returned === undefined) return [];
  if (isThenable(returned)) {
    ignoreRejection(returned);
    throw new TypeError('it returned a promise, where check must return violations at once');
  }
  if (!Array.isArray(returned))
    throw new TypeError(`it returned ${typeName(returned)}, where check must return a list or nothing`);
  const violations: Violation[] = [];
  for (const item of returned as readonly unknown[]) violations.push(readViolation(item));
  return violations;
}

function readViolation(item: unknown): Violation {
  if (typeof item === 'object' && item !== null) {
    const { problem, remedy } = item as Partial<Record<keyof Violation, unknown>>;
    if (isText(problem) && isText(remedy)) return { problem, remedy };
  }
  throw new TypeError('it returned a list with an item that is not { problem, remedy }, two texts');
}

/** Whether it says something: of blanks nobody would see that they are there. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** Whether somebody would have to wait for a value: a promise, or what calls itself one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && typeof (value as { readonly then?: unknown }).then === 'function';
}

/** Nobody will wait for what a rule should not have returned; if it rejects later, that must not end the process. */
export function ignoreRejection(thenable: PromiseLike<unknown>): void {
  void Promise.resolve(thenable).catch(ignore);
}

function ignore(): void {
  // See ignoreRejection.
}
