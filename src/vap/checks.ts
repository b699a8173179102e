import { TRUSTING, unqualifiedUnder } from '../engine/exemptions.ts';
import { layers, type RuleSettings } from '../engine/layers.ts';
import { type ActiveAction, VALID_REFERENCE, type RuleSetting } from '../engine/policy.ts';
import { allSelections, type Ruleset, type Selection } from '../engine/ruleset.ts';

/** A setting, and where it is in force. */
export interface Check {
  readonly rule: string;
  readonly action: ActiveAction;
  readonly message: string | undefined;
  /** Absent for `valid-reference`, which has no options and no scope. */
  readonly setting?: RuleSetting;
  readonly isCustom: boolean;
  /** What it objects to is rewritten, where it can be. */
  readonly rewrites?: true;
  /** How exemptions read an image without a registry; `undefined` if the rule does not trust registries. */
  readonly unqualified: string | undefined;
  /** Indices of `allSelections`. */
  readonly selections: readonly number[];
}

/**
 * The settings that are in force anywhere, each once, in the order of their violations.
 *
 * @param order the names of all rules in it
 */
export function checksOf(ruleset: Ruleset, order: readonly string[]): readonly Check[] {
  const merged = [...layers(ruleset.policy).selections.values()].flat();
  const checks = new Map<string, Check & { readonly selections: number[] }>();
  for (const [index, selection] of allSelections(ruleset).entries()) {
    for (const check of checksIn(selection, merged[index]!)) {
      const { setting: { namespaces, images, options } = {}, ...rest } = check;
      const key = JSON.stringify([rest, namespaces, images, options]);
      const known = checks.get(key) ?? { ...check, selections: [] };
      known.selections.push(index);
      checks.set(key, known);
    }
  }
  return [...checks.values()].toSorted((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));
}

function checksIn({ validReference, rules }: Selection, settings: RuleSettings): readonly Omit<Check, 'selections'>[] {
  const { action, message } = validReference;
  return [
    { rule: VALID_REFERENCE, action, message, isCustom: false, unqualified: undefined },
    ...rules.map((bound) => {
      const { name: rule, setting, rewrites } = bound;
      const unqualified = TRUSTING.includes(rule) ? unqualifiedUnder(settings.get(rule)?.settings) : undefined;
      const isCustom = 'askCustom' in bound;
      const said = { rule, action: bound.action, message: bound.message, setting, isCustom, unqualified };
      return { ...said, ...(rewrites && { rewrites }) };
    }),
  ];
}
