import { shown, type Mistake } from '../mistake/mistake.ts';

/** The mistake of a rule whose name another one has already. */
export function nameTaken(name: string, path: string, takenBy: string): Mistake {
  return {
    code: 'rule-name-taken',
    where: path,
    expected: 'a name that no other rule has',
    found: `${shown(name)}, which is the rule of ${takenBy}`,
    remedy: 'Give the rule another name, and the file with it.',
  };
}
