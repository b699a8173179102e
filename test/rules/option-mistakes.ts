import { MistakesError, type Mistake } from '../../src/mistake/mistake.ts';
import { rulesetOf } from '../ruleset.ts';
import { at } from '../mistakes.ts';

/** What is wrong with options of a built-in rule, each of which was written in `<option> (test)`. */
export function optionMistakes(rule: string, options: Readonly<Record<string, unknown>>): readonly Mistake[] {
  const sources = Object.fromEntries(Object.keys(options).map((option) => [option, at(`${option} (test)`)]));
  try {
    rulesetOf({ [rule]: { options, sources } });
    return [];
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes;
    throw error;
  }
}
