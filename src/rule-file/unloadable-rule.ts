import type { Mistake } from '../mistake/mistake.ts';

/** The mistake of a file that cannot be imported: where, what was found, and what to do. */
export function unloadableRule(where: string, found: string, remedy: string): Mistake {
  return { code: 'rule-file-unloadable', where, expected: 'a module that can be imported', found, remedy };
}
