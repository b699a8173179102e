import { Ajv } from 'ajv';
import { printable } from '../admission/printable.ts';
import { prepareRule } from '../engine/prepare-rule.ts';
import { MistakesError } from '../mistake/mistake.ts';
import { loadRules } from '../rule/load-rules.ts';
import type { Rule } from '../rule/rule.ts';
import { BUILT_IN_RULES } from './built-in-rules.ts';

/** A rule of a folder of custom rules, in words for a terminal. */
export interface CustomRule {
  readonly name: string;
  readonly description: string;
}

/**
 * Loads the rules of a folder beside the built-in ones, without a policy: each has its defaults.
 *
 * @throws {MistakesError} with every mistake of every file.
 */
export async function loadCustomRules(folder: string): Promise<readonly CustomRule[]> {
  const builtIn = new Set((await loadRules([BUILT_IN_RULES])).map(({ meta }) => meta.name));
  const rules = (await loadRules([BUILT_IN_RULES, folder])).filter(({ meta }) => !builtIn.has(meta.name));
  const ajv = new Ajv({ strict: true, allErrors: true, useDefaults: true });
  const mistakes = rules.flatMap((rule) => {
    const result = prepareRule(rule, { options: {}, sources: {} }, ajv);
    if (!('mistakes' in result)) return [];
    // Where the policy has to give an option, there is nothing to try; a bad schema is a mistake under any policy.
    return result.mistakes.filter(({ code }) => code === 'rule-file-invalid' || !needsOptions(rule));
  });
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return rules.map(({ meta }) => ({ name: meta.name, description: printable(meta.description) }));
}

function needsOptions({ meta }: Rule): boolean {
  const { required = [], properties = {} } = meta.schema ?? {};
  return required.some((option) => properties[option]?.default === undefined);
}
