import type { OptionsSchema } from './options-schema.ts';
import type { Rule, RuleMeta } from './rule.ts';

type WithPrepare<Schema extends OptionsSchema, Prepared> = Rule<Schema, Prepared> &
  Required<Pick<Rule<Schema, Prepared>, 'prepare'>>;

/**
 * Says what a rule is, so that an editor knows the types: the options from the schema, what `check` receives from
 * what `prepare` returns. It returns its argument.
 */
export function defineRule<const Schema extends OptionsSchema, Prepared>(
  rule: WithPrepare<Schema, Prepared>,
): Rule<Schema, Prepared>;
export function defineRule<const Schema extends OptionsSchema>(rule: {
  readonly meta: RuleMeta<Schema>;
  readonly check: Rule<Schema>['check'];
}): Rule<Schema>;
export function defineRule(rule: Rule): Rule {
  return rule;
}
