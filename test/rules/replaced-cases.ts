import { expect } from 'chai';
import { rewriter } from '../../src/engine/rewrite.ts';
import type { AnyRule } from '../../src/rule/rule.ts';
import { imageOf, REQUEST } from '../engine/rewritable.ts';
import { rulesetOf } from '../ruleset.ts';
import { judgedCases } from './judged-cases.ts';

/** Images that a rule denies and allows under the same options, where it says what to write in place of one. */
export interface ReplacedCases {
  readonly options: Readonly<Record<string, unknown>>;
  /** The image, and the reference to write in its place, which is allowed. */
  readonly denied: readonly (readonly [image: string, reference: string])[];
  readonly allowed: readonly string[];
}

/**
 * A test for each image of each group, and for each reference to write in place of one; and that the rule rewrites it so, and
 * nothing else.
 *
 * @param said the whole sentence about an image that is denied
 */
export function replacedCases(
  rule: AnyRule,
  groups: Readonly<Record<string, ReplacedCases>>,
  said: (image: string, reference: string) => string,
): void {
  const judged = Object.entries(groups).map(([name, { options, denied, allowed }]) => {
    const group = {
      options,
      denied: denied.map(([image]) => image),
      allowed: [...new Set([...allowed, ...denied.map(([, reference]) => reference)])],
      references: new Map(denied),
    };
    return [name, group] as const;
  });
  const { name } = rule.meta;
  for (const [group, { options, denied, allowed }] of Object.entries(groups)) {
    it(`rewrites what it denies ${group}`, () => {
      const { everywhere } = rulesetOf({ [name]: { action: 'rewrite', options } });
      const rewrite = rewriter(everywhere, REQUEST, 0);
      expect(denied.map(([image]) => [image, rewrite(imageOf(image)).raw])).to.deep.equal(denied);
      expect(allowed.map((image) => rewrite(imageOf(image)).raw)).to.deep.equal(allowed);
    });
  }
  judgedCases(rule, Object.fromEntries(judged), (image, { references }) => said(image, references.get(image)!));
}
