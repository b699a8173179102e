import type { AnyRule } from '../../src/rule/rule.ts';
import { testRule } from '../../src/testing/test-rule.ts';

/** Images that a rule denies and allows under the same options. */
export interface JudgedCases {
  readonly options: Readonly<Record<string, unknown>>;
  readonly denied: readonly string[];
  readonly allowed: readonly string[];
}

/**
 * A test for each image of each group, with what we ask rule authors to test with.
 *
 * @param said the whole sentence about an image that is denied
 */
export function judgedCases<Group extends JudgedCases>(
  rule: AnyRule,
  groups: Readonly<Record<string, Group>>,
  said: (image: string, group: Group) => string,
): void {
  const context = { container: { name: 'nginx' } };
  const cases = Object.entries(groups).map(([name, group]) => ({ name, group, options: group.options, context }));
  testRule(rule, {
    allowed: cases.flatMap(({ group, ...rest }) => group.allowed.map((image) => ({ image, ...rest }))),
    denied: cases.flatMap(({ group, ...rest }) =>
      group.denied.map((image) => ({ image, sentence: said(image, group), ...rest })),
    ),
  });
}
