import { expect } from 'chai';
import { lesserAction } from '../../src/engine/policy.ts';
import type { EnforcementAction } from '../../src/rule/rule.ts';

describe('lesserAction', () => {
  const cases: readonly (readonly [EnforcementAction, EnforcementAction, EnforcementAction])[] = [
    ['off', 'off', 'off'],
    ['off', 'audit', 'off'],
    ['off', 'warn', 'off'],
    ['off', 'deny', 'off'],
    ['audit', 'audit', 'audit'],
    ['audit', 'warn', 'audit'],
    ['audit', 'deny', 'audit'],
    ['warn', 'warn', 'warn'],
    ['warn', 'deny', 'warn'],
    ['deny', 'deny', 'deny'],
  ];
  for (const [a, b, lesser] of cases) {
    it(`of ${a} and ${b} is ${lesser}`, () => {
      expect([lesserAction(a, b), lesserAction(b, a)]).to.deep.equal([lesser, lesser]);
    });
  }
});
