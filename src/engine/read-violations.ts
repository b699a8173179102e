import type { Violation } from '../rule/rule.ts';
import { typeName } from '../workload/pod-spec.ts';

/**
 * What a check returned, as violations of our own making, so that nothing a rule does later changes them.
 *
 * @throws {TypeError} for what is neither a list of violations nor nothing; its message is the end of a sentence.
 */
export function readViolations(returned: unknown): readonly Violation[] {
  if (returned === undefined) return [];
  if (isThenable(returned)) {
    // Nobody will wait for it; if it rejects later, that must not end the process.
    void Promise.resolve(returned).catch(ignore);
    throw new TypeError('it returned a promise, where check must return violations at once');
  }
  if (!Array.isArray(returned))
    throw new TypeError(`it returned ${typeName(returned)}, where check must return a list or nothing`);
  const violations: Violation[] = [];
  for (const item of returned as readonly unknown[]) violations.push(readViolation(item));
  return violations;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

function readViolation(item: unknown): Violation {
  if (typeof item === 'object' && item !== null) {
    const { problem, remedy } = item as Partial<Record<keyof Violation, unknown>>;
    if (typeof problem === 'string' && problem !== '' && typeof remedy === 'string' && remedy !== '') {
      return { problem, remedy };
    }
  }
  throw new TypeError('it returned a list with an item that is not { problem, remedy }, two texts');
}

function ignore(): void {
  // See readViolations.
}
