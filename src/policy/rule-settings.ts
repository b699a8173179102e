import type { RuleSetting } from '../engine/policy.ts';
import { isObject } from '../workload/json-object.ts';
import { actionsOf } from './action-keys.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { pointerSegment } from '../yaml/yaml-values.ts';

/**
 * The rules of policy.yaml, or of one of its overrides, as far as they are in their form: so that their options are
 * judged too, whatever else is wrong.
 *
 * @param pointer where they stand
 */
export function ruleSettings(
  rules: unknown,
  pointer: string,
  where: YamlDocument['where'],
): ReadonlyMap<string, RuleSetting> {
  if (!isObject(rules)) return new Map();
  return new Map(
    Object.entries(rules)
      .filter(([, rule]) => isObject(rule))
      .map(([name, rule]) => [name, ruleSetting(name, rule as object, `${pointer}/${pointerSegment(name)}`, where)]),
  );
}

function ruleSetting(
  name: string,
  rule: { readonly action?: unknown; readonly options?: unknown },
  pointer: string,
  where: YamlDocument['where'],
): RuleSetting {
  const options = isObject(rule.options) ? rule.options : {};
  const sources = Object.keys(options).map(
    (option) => [option, where(`${pointer}/options/${pointerSegment(option)}`)] as const,
  );
  const action = actionsOf(name).find((known) => known === rule.action);
  return {
    ...(action === undefined ? {} : { action, actionSource: where(`${pointer}/action`) }),
    options,
    sources: Object.fromEntries(sources),
    source: where(pointer),
  };
}
