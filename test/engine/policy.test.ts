import { expect } from 'chai';
import { type ActiveAction, limitedAction } from '../../src/engine/policy.ts';
import type { EnforcementAction } from '../../src/rule/rule.ts';

describe('limitedAction', () => {
  const cases: readonly (readonly [EnforcementAction, ActiveAction, EnforcementAction])[] = [
    ['off', 'audit', 'off'],
    ['off', 'warn', 'off'],
    ['off', 'deny', 'off'],
    ['audit', 'audit', 'audit'],
    ['audit', 'warn', 'audit'],
    ['audit', 'deny', 'audit'],
    ['warn', 'audit', 'audit'],
    ['warn', 'warn', 'warn'],
    ['warn', 'deny', 'warn'],
    ['deny', 'audit', 'audit'],
    ['deny', 'warn', 'warn'],
    ['deny', 'deny', 'deny'],
    // To rewrite is no more than to deny.
    ['rewrite', 'audit', 'audit'],
    ['rewrite', 'warn', 'warn'],
    ['rewrite', 'deny', 'rewrite'],
  ];
  for (const [action, enforcement, limited] of cases) {
    it(`of ${action} under ${enforcement} is ${limited}`, () => {
      expect(limitedAction(action, enforcement)).to.equal(limited);
    });
  }
});
