import type { Mistake } from '../mistake/mistake.ts';

/** Where rules are expected there are none. */
export function rulesFolderEmpty(folder: string): Mistake {
  return {
    code: 'rules-folder-empty',
    where: `rules folder ${folder}`,
    expected: 'at least one rule file (.js, .mjs, .ts or .mts)',
    found: 'none',
    remedy: 'Put a rule there; names that begin with "_" or "." are no rules.',
  };
}
