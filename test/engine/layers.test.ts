import { expect } from 'chai';
import { layers, type PlacedSetting } from '../../src/engine/layers.ts';
import { DEFAULT_POLICY, type Policy, type RuleSetting } from '../../src/engine/policy.ts';
import { locationOf, at } from '../mistakes.ts';
import { entriesOf } from '../ruleset.ts';

type PartialSetting = Partial<RuleSetting>;
type PartialEntry = PartialSetting | readonly PartialSetting[];

const entries = (entry: PartialEntry | undefined) => entriesOf(entry === undefined ? {} : { x: entry });

/** The entries of the rule `x` everywhere, under the profile `lab`, and in the namespace `a`. */
type Layered = readonly (PartialEntry | undefined)[];

const policyOf = ([everywhere, profile, override]: Layered): Policy => ({
  ...DEFAULT_POLICY,
  rules: entries(everywhere),
  profiles: new Map([['lab', entries(profile)]]),
  namespaces: [{ names: ['a'], rules: entries(override) }],
});

const unplaced = ({ place, ...setting }: PlacedSetting): RuleSetting => {
  expect(place).to.be.at.least(0);
  return setting;
};

/** The settings of `x` under the profile `lab` in the namespace `a`. */
const merged = (...all: Layered): readonly RuleSetting[] | undefined =>
  layers(policyOf(all)).selections.get('lab')?.[1]?.get('x')?.settings.map(unplaced);

const actionsOf = (of?: { settings: readonly PlacedSetting[] }): string =>
  of?.settings.map(({ action }) => action).join('+') ?? '';

/** Each selection, as the actions in it. */
const actionsIn = (policy: Policy): readonly string[] =>
  [...layers(policy).selections].flatMap(([profile, selections]) =>
    selections.map((settings) =>
      [`${profile}:`, ...['x', 'y', 'z'].map((name) => `${name} ${actionsOf(settings.get(name))}`)].join(' '),
    ),
  );

describe('layers', () => {
  it('has the settings of everywhere first, then those of each override, of each profile', () => {
    const policy: Policy = {
      ...DEFAULT_POLICY,
      rules: entriesOf({ x: { action: 'deny' }, y: { action: 'audit' } }),
      profiles: new Map([
        ['lab', entriesOf({ x: { action: 'audit' }, y: { action: 'off' } })],
        ['prod', entriesOf({ y: [{ action: 'deny' }, { action: 'warn' }] })],
      ]),
      namespaces: [
        { names: ['a'], rules: entriesOf({ x: { action: 'warn' } }) },
        { names: ['b'], rules: entriesOf({ z: { action: 'off' } }) },
      ],
    };
    expect(actionsIn(policy)).to.deep.equal([
      'undefined: x deny y audit z ',
      'undefined: x warn y audit z ',
      'undefined: x deny y audit z off',
      'lab: x audit y off z ',
      'lab: x warn y off z ',
      'lab: x audit y off z off',
      'prod: x deny y deny+warn z ',
      'prod: x warn y deny+warn z ',
      'prod: x deny y deny+warn z off',
    ]);
  });

  it('merges what nothing of a profile changes once, and not for each profile', () => {
    const policy: Policy = {
      ...DEFAULT_POLICY,
      rules: entriesOf({ x: { action: 'deny', namespaces: ['a'] }, y: { action: 'deny' } }),
      profiles: new Map([['lab', entriesOf({ y: { action: 'warn' } })]]),
      namespaces: [{ names: ['a'], rules: entriesOf({ x: { action: 'warn' }, y: { options: { a: 1 } } }) }],
    };
    const { selections } = layers(policy);
    const [plain, lab] = [undefined, 'lab'].map((profile) => selections.get(profile)![1]!);
    expect(lab!.get('x')!.settings).to.equal(plain!.get('x')!.settings);
    expect(lab!.get('y')!.settings).not.to.deep.equal(plain!.get('y')!.settings);
  });

  it('leaves what is written for everywhere as it was', () => {
    const policy = policyOf([
      { action: 'deny', options: { a: 1 }, sources: { a: at('A') } },
      { options: { a: 2 }, sources: { a: at('B') } },
      { options: { a: 3 }, sources: { a: at('C') } },
    ]);
    const before = structuredClone(policy);
    expect(layers(policy).selections.get(undefined)?.[0]?.get('x')?.settings.map(unplaced)).to.deep.equal([
      { action: 'deny', options: { a: 1 }, sources: { a: at('A') } },
    ]);
    expect(policy).to.deep.equal(before);
  });

  const nothing = { options: {}, sources: {} };
  const cases: readonly (readonly [string, PartialSetting | undefined, PartialSetting | undefined, RuleSetting])[] = [
    ['nothing of its own', undefined, {}, nothing],
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
    it(`lays over ${name}, be it a namespace's or a profile's`, () => {
      expect(merged(everywhere, undefined, override)).to.deep.equal([expected]);
      expect(merged(everywhere, override, undefined)).to.deep.equal([expected]);
      expect(merged(undefined, everywhere, override)).to.deep.equal([expected]);
    });
  }

  const LIST = [{ action: 'deny', options: { a: 1 }, images: ['x'] }, { message: 'Two.' }] as const;
  const WHOLE = LIST.map((setting) => ({ ...nothing, ...setting }));
  for (const [what, all, expected] of [
    [
      'everywhere, profile and namespace, in this order',
      [{ action: 'deny' }, { action: 'warn' }, { action: 'audit' }],
      [{ action: 'audit' }],
    ],
    [
      'key by key',
      [{ images: ['x'], message: 'A' }, { namespaces: ['n'] }, undefined],
      [{ images: ['x'], namespaces: ['n'], message: 'A' }],
    ],
    [
      'a namespace without the namespaces below it',
      [{ namespaces: ['n'] }, { namespaces: ['m'] }, { message: 'B' }],
      [{ message: 'B' }],
    ],
    ['namespaces of a namespace', [{ namespaces: ['n'] }, undefined, { namespaces: ['a*'] }], [{ namespaces: ['a*'] }]],
    [
      'a namespace with those of a list',
      [[{ namespaces: ['n'] }, {}], undefined, { message: 'B' }],
      [{ namespaces: ['n'], message: 'B' }, { message: 'B' }],
    ],
    ['a list over nothing', [undefined, LIST, undefined], WHOLE],
    ['a list over a single setting, as a whole', [{ action: 'warn', options: { b: 1 } }, undefined, LIST], WHOLE],
    ['a list over a list', [[{ action: 'audit' }], [{ action: 'off' }], LIST], WHOLE],
    [
      'action and message in each of a list',
      [LIST, { action: 'warn' }, { message: 'B' }],
      WHOLE.map((one) => ({ ...one, action: 'warn', message: 'B' })),
    ],
  ] as const satisfies readonly (readonly [string, Layered, readonly PartialSetting[]])[]) {
    it(`merges ${what}`, () => {
      expect(merged(...all)).to.deep.equal(expected.map((one) => ({ ...nothing, ...one })));
      expect(layers(policyOf(all)).mistakes).to.deep.equal([]);
    });
  }

  for (const [keys, over] of Object.entries({
    options: { options: { a: 1 }, sources: { a: at('A') } },
    namespaces: { namespaces: ['a'], action: 'warn', actionSource: at('B') },
    'options, images': { images: ['x'], options: { a: 1 } },
  } satisfies Record<string, PartialSetting>)) {
    it(`cannot merge ${keys} over a list, whichever layer they are in`, () => {
      const placed = { ...over, source: at('policy.yaml:1:2 x') };
      for (const all of [
        [LIST, placed, undefined],
        [LIST, undefined, placed],
        [undefined, LIST, placed],
        [{ options: { a: 1 } }, LIST, placed],
      ] as const) {
        const mistakes = layers(policyOf(all)).mistakes.map((mistake) => [locationOf(mistake), mistake.found]);
        expect(new Set(mistakes.map((mistake) => JSON.stringify(mistake)))).to.deep.equal(
          new Set([JSON.stringify([at('policy.yaml:1:2 x'), keys])]),
        );
      }
    });
  }

  it('numbers the distinct options of a rule, those of everywhere first', () => {
    const tagged = (value: number, where = 'A') => ({ options: { a: value }, sources: { a: at(where) } });
    const policy: Policy = {
      ...policyOf([tagged(1), [tagged(2), tagged(1), { ...tagged(2), action: 'warn' }]]),
      namespaces: [
        { names: ['a'], rules: entriesOf({ y: tagged(1) }) },
        ...Array.from({ length: 20 }, (_, index) => ({ names: [`${index}`], rules: entries(tagged(3)) })),
        { names: ['b'], rules: entries(tagged(3, 'B')) },
      ],
    };
    const { selections, options } = layers(policy);
    const places = (profile: string | undefined, index: number) =>
      selections
        .get(profile)
        ?.[index]?.get('x')
        ?.settings.map(({ place }) => place);
    expect(options.get('x')?.map(({ options: { a } }) => a)).to.deep.equal([1, 3, 3, 2]);
    expect([
      places(undefined, 0),
      places(undefined, 1),
      places(undefined, 21),
      places(undefined, 22),
      places('lab', 0),
    ]).to.deep.equal([[0], [0], [1], [2], [3, 0, 3]]);
    expect(options.get('y')?.map((one) => one.options)).to.deep.equal([{}, { a: 1 }]);
  });
});
