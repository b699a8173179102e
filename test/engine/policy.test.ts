import { expect } from 'chai';
import { DEFAULT_POLICY, lesserAction, type RuleSetting, settingsBySelection } from '../../src/engine/policy.ts';
import type { EnforcementAction } from '../../src/rule/rule.ts';
import { settingsOf } from '../ruleset.ts';
import { at } from '../mistakes.ts';

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

type PartialSetting = Partial<RuleSetting>;

/** What holds of one rule in a namespace, from what is written of it for everywhere and for that namespace. */
function mergedSetting(
  everywhere: PartialSetting | undefined,
  override: PartialSetting | undefined,
): RuleSetting | undefined {
  const settings = (setting: PartialSetting | undefined) => settingsOf(setting === undefined ? {} : { x: setting });
  const namespaces = [{ names: ['a'], rules: settings(override) }];
  return settingsBySelection({ ...DEFAULT_POLICY, rules: settings(everywhere), namespaces })[1]?.get('x');
}

describe('settingsBySelection', () => {
  it('has those of everywhere first, then those of each override in its place', () => {
    const rules = settingsOf({ x: { action: 'deny' }, y: { action: 'audit' } });
    const namespaces = [
      { names: ['a'], rules: settingsOf({ x: { action: 'warn' } }) },
      { names: ['b'], rules: settingsOf({ z: { action: 'off' } }) },
    ];
    const all = settingsBySelection({ ...DEFAULT_POLICY, rules, namespaces });
    expect(all.map((settings) => [...settings].map(([name, { action }]) => `${name} ${action}`))).to.deep.equal([
      ['x deny', 'y audit'],
      ['x warn', 'y audit'],
      ['x deny', 'y audit', 'z off'],
    ]);
  });

  it('leaves what is written for everywhere as it was', () => {
    const rules = settingsOf({ x: { action: 'deny', options: { a: 1 }, sources: { a: at('A') } } });
    const before = structuredClone(rules);
    const namespaces = [{ names: ['a'], rules: settingsOf({ x: { options: { a: 2 }, sources: { a: at('B') } } }) }];
    expect(settingsBySelection({ ...DEFAULT_POLICY, rules, namespaces })[0]).to.deep.equal(before);
    expect(rules).to.deep.equal(before);
  });

  const nothing = { options: {}, sources: {} };
  const cases: readonly (readonly [
    string,
    PartialSetting | undefined,
    PartialSetting | undefined,
    RuleSetting | undefined,
  ])[] = [
    ['nothing anywhere', undefined, undefined, undefined],
    ['an action everywhere', { action: 'warn' }, undefined, { ...nothing, action: 'warn' }],
    ['an action there alone', undefined, { action: 'warn' }, { ...nothing, action: 'warn' }],
    ['an action over an action', { action: 'deny' }, { action: 'audit' }, { ...nothing, action: 'audit' }],
    ['a stricter action over a lesser one', { action: 'off' }, { action: 'deny' }, { ...nothing, action: 'deny' }],
    [
      'an action, with its place, over an action with one',
      { action: 'deny', actionSource: at('RULE_X') },
      { action: 'warn', actionSource: at('namespaces 1') },
      { ...nothing, action: 'warn', actionSource: at('namespaces 1') },
    ],
    [
      'an option, and the action of everywhere stays with its place',
      { action: 'deny', actionSource: at('RULE_X') },
      { options: { a: 1 }, sources: { a: at('there') } },
      { action: 'deny', actionSource: at('RULE_X'), options: { a: 1 }, sources: { a: at('there') } },
    ],
    [
      'an action, and the options of everywhere stay with their places',
      { options: { a: 1 }, sources: { a: at('A') } },
      { action: 'warn' },
      { action: 'warn', options: { a: 1 }, sources: { a: at('A') } },
    ],
    [
      'one option of two, which is replaced whole',
      { options: { a: [1, 2], b: 2 }, sources: { a: at('A'), b: at('B') } },
      { options: { a: [3] }, sources: { a: at('there') } },
      { options: { a: [3], b: 2 }, sources: { a: at('there'), b: at('B') } },
    ],
    [
      'one more option',
      { options: { a: 1 }, sources: { a: at('A') } },
      { options: { b: 2 }, sources: { b: at('there') } },
      { options: { a: 1, b: 2 }, sources: { a: at('A'), b: at('there') } },
    ],
  ];
  for (const [name, everywhere, override, expected] of cases) {
    it(`lays over ${name}`, () => {
      expect(mergedSetting(everywhere, override)).to.deep.equal(expected);
    });
  }
});
