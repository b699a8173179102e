import { Ajv } from 'ajv';
import { MistakesError, shown, type Mistake } from '../mistake/mistake.ts';
import { nearestName } from '../mistake/nearest-name.ts';
import type { AnyRule } from '../rule/rule.ts';
import { defaultAction, type ActiveAction, type Policy, type RuleSetting } from './policy.ts';
import { prepareRule } from './prepare-rule.ts';

/** A rule that is on, bound to what its `prepare` made of the operator's options. */
export interface BoundRule {
  readonly name: string;
  readonly action: ActiveAction;
  readonly check: AnyRule['check'];
  readonly prepared: unknown;
}

/** The enabled rules, in the order in which their violations are told. */
export interface Ruleset {
  readonly rules: readonly BoundRule[];
}

const DEFAULT_SETTING: RuleSetting = { options: {}, sources: {} };

/** These come first, in this order; the others follow by name. */
const FIRST = ['empty-tag', 'registry-allowlist', 'blocked-tags'];

/**
 * Binds rules to the operator's policy. The options of a rule that is off are judged too: a mistake in them should not
 * wait for the day when it is switched on.
 *
 * @throws {MistakesError} with every bad option, and every rule that the policy names and nobody has.
 */
export function createRuleset(rules: readonly AnyRule[], policy: Policy): Ruleset {
  const ajv = new Ajv({ strict: true, allErrors: true, useDefaults: true });
  const mistakes: Mistake[] = unknownRules(rules, policy);
  const bound: BoundRule[] = [];
  for (const rule of rules.toSorted(byOrder)) {
    const { name } = rule.meta;
    const setting = policy.rules.get(name) ?? DEFAULT_SETTING;
    const action = setting.action ?? defaultAction(name);
    const result = prepareRule(rule, setting, ajv);
    if ('mistakes' in result) mistakes.push(...result.mistakes);
    else if (action !== 'off') {
      // Called as a method of its module, so that a rule may use `this`.
      const check: AnyRule['check'] = (image, prepared, context) => rule.check(image, prepared, context);
      bound.push({ name, action, check, prepared: result.prepared });
    }
  }
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return { rules: bound };
}

function byOrder({ meta: a }: AnyRule, { meta: b }: AnyRule): number {
  return rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1);
}

function rank(name: string): number {
  return FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length;
}

function unknownRules(rules: readonly AnyRule[], policy: Policy): Mistake[] {
  const names = rules.map(({ meta }) => meta.name);
  return [...policy.rules.keys()]
    .filter((name) => !names.includes(name))
    .map((name) => ({
      code: 'rule-unknown',
      where: `policy, rule ${shown(name)}`,
      expected: 'the name of a rule that is loaded',
      found: shown(name),
      remedy: nearestName(name, names),
    }));
}
