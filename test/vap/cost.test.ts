import { expect } from 'chai';
import { tooCostly } from '../../src/vap/cost.ts';
import type { Validation } from '../../src/vap/validations.ts';

const of = (...expressions: readonly string[]): readonly Validation[] =>
  expressions.map((expression, index) => ({
    rule: `rule-${index}`,
    action: 'deny',
    variable: { name: 'v', expression },
    validation: { expression: '', message: '', messageExpression: '' },
  }));
const expression = (length: number): string => `i.matches(r'${'a'.repeat(length)}')`;
const list = (length: number): string => `i in [${Array.from({ length }, (_, index) => index).join(', ')}]`;

const COSTS: readonly (readonly [what: string, expressions: readonly string[], rules: readonly string[]])[] = [
  ['expressions within the limit', [expression(4_300)], []],
  ['expressions above it', ['i', expression(4_400)], ['rule-1']],
  ['lists within it', [list(5_300)], []],
  ['lists above it', [list(5_600)], ['rule-0']],
  ['both', [`${expression(3_000)} || ${list(3_000)}`], ['rule-0']],
  ['200 cases', ['a ? b :\n'.repeat(199)], []],
  ['more', ['a ? b :\n'.repeat(200)], ['rule-0']],
  ['much text', [`"${'a'.repeat(100_001)}"`], ['rule-0']],
  ['much together', Array.from({ length: 11 }, () => expression(4_000)), ['all rules together']],
];

describe('the cost of validations', () => {
  for (const [what, expressions, rules] of COSTS) {
    it(`is judged for ${what}`, () => {
      expect(tooCostly(of(...expressions)).map((line) => line.split(':')[0])).to.deep.equal(rules);
    });
  }
});
