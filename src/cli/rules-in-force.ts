import type { RuleOptions } from '../engine/policy.ts';
import type { BoundRule, Selection } from '../engine/ruleset.ts';
import type { RuleMeta } from '../rule/rule.ts';

/** A rule that the gate has; of custom ones the schema is not known here, as it stays in the sandbox. */
export type KnownRule = Pick<RuleMeta, 'name' | 'order' | 'action' | 'schema'>;

/**
 * What each rule does under a selection, by name and in the form of `rules` in policy.yaml: actions as `ENFORCEMENT` limits
 * them, the defaults of options filled in.
 *
 * @param rules all that there are, in their order; those that the selection lacks are off
 */
export function rulesInForce(selection: Selection, rules: readonly KnownRule[]): ReadonlyMap<string, unknown> {
  const { name, action, message } = selection.validReference;
  const others = rules.map((rule) => {
    const settings = selection.rules.filter((bound) => bound.name === rule.name).map((bound) => settingOf(bound, rule));
    return [rule.name, settings.length > 1 ? settings : (settings[0] ?? { action: 'off' })] as const;
  });
  return new Map<string, unknown>([[name, { action, message }], ...others]);
}

function settingOf({ action, rewrites, message, setting }: BoundRule, rule: KnownRule): object {
  const { namespaces, images } = setting;
  const options = optionsInForce(setting, rule);
  return {
    action: rewrites ? 'rewrite' : action,
    ...(Object.keys(options).length > 0 && { options }),
    namespaces,
    images,
    message,
  };
}

/** The options of a setting, the defaults filled in; of custom rules, only those that are configured. */
export function optionsInForce({ options }: RuleOptions, { schema }: KnownRule): RuleOptions['options'] {
  const byDefault = Object.entries(schema?.properties ?? {}).flatMap(([option, { default: value }]) =>
    value === undefined ? [] : [[option, value] as const],
  );
  return { ...Object.fromEntries(byDefault), ...options };
}
