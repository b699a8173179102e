import type { Violation } from '../rule/rule.ts';
import { typeName } from '../workload/json-object.ts';

/**
 * Copies the violations that a check returned, so that a rule cannot change them later.
 *
 * @throws {TypeError} for anything but a list of violations or nothing; its message is the end of a sentence.
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

/** Blank text is not accepted: it would be invisible in a message. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** Whether a value is a promise, or anything with a `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && typeof (value as { readonly then?: unknown }).then === 'function';
}

/** A later rejection of a promise that a rule wrongly returned must not end the process. */
export function ignoreRejection(thenable: PromiseLike<unknown>): void {
  void Promise.resolve(thenable).catch(ignore);
}

function ignore(): void {
  // See ignoreRejection.
}
