import { expect } from 'chai';
import { DEFAULT_POLICY, type Policy, VALID_REFERENCE } from '../../src/engine/policy.ts';
import {
  allSelections,
  compareRules,
  createRuleset,
  type Ruleset,
  type Selection,
  selectionFor,
} from '../../src/engine/ruleset.ts';
import { type Mistake, MistakesError } from '../../src/mistake/mistake.ts';
import type { AnyRule, DefaultAction, EnforcementAction } from '../../src/rule/rule.ts';
import { fakeCustomRules } from '../custom-rules.ts';
import { exemptionOf } from '../exemption.ts';
import { podCreate } from '../admission-request.ts';
import { reviewNow } from '../review-now.ts';
import { BUILT_IN, entriesOf, rulesetOf, rulesetUnder, settingsOf } from '../ruleset.ts';
import { at, locationOf } from '../mistakes.ts';

function rule(name: string, more: Partial<AnyRule> = {}): AnyRule {
  return { meta: { name, description: 'A rule.' }, check: () => undefined, ...more };
}

const OFF = rule('require-digest', { meta: { name: 'require-digest', description: 'A rule.', action: 'off' } });
const ACTIONS: readonly DefaultAction[] = ['off', 'audit', 'warn', 'deny'];
const ACTIVE = ['audit', 'warn', 'deny'] as const;
const ABSENT = [undefined] as const;

/** What a selection does on a violation of a rule. */
function actionIn({ rules, validReference }: Selection, name: string): EnforcementAction {
  if (name === VALID_REFERENCE) return validReference.action;
  return rules.find((active) => active.name === name)?.action ?? 'off';
}

/** What the first rule of a selection says of whatever image. */
function asked({ rules: [first] }: Selection): unknown {
  return first !== undefined && 'ask' in first ? first.ask({} as never, {} as never) : undefined;
}

function mistakesOf(build: () => unknown): readonly Mistake[] {
  try {
    build();
  } catch (error) {
    if (error instanceof MistakesError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('createRuleset', () => {
  it('orders the rules: those of the seed first, the others by name', () => {
    const ruleset = rulesetOf({}, [rule('zebra'), rule('a-rule'), rule('b-rule')]);
    const names = ['empty-tag', 'registry-allowlist', 'blocked-tags', 'a-rule', 'b-rule', 'zebra'];
    expect(ruleset.everywhere.rules.map(({ name }) => name)).to.deep.equal(names);
  });

  it('leaves out what is off, and denies by default', () => {
    const { rules } = rulesetOf({ 'empty-tag': { action: 'off' }, 'blocked-tags': { action: 'warn' } }).everywhere;
    expect(rules.map(({ name, action }) => `${name} ${action}`)).to.deep.equal([
      'registry-allowlist deny',
      'blocked-tags warn',
    ]);
  });

  it('binds a setting once for all selections in which nothing differs', () => {
    const policy = {
      profiles: new Map([['lab', entriesOf({ 'empty-tag': { action: 'warn' } })]]),
      namespaces: [{ names: ['a'], rules: entriesOf({ 'blocked-tags': [{}, {}] }) }],
    };
    const rules = allSelections(rulesetUnder(policy)).map((selection) => selection.rules);
    const distinct = (name: string): number => new Set(rules.flat().filter((one) => one.name === name)).size;
    expect([
      rules.length,
      distinct('registry-allowlist'),
      distinct('empty-tag'),
      distinct('blocked-tags'),
    ]).to.deep.equal([4, 1, 2, 3]);
  });

  it('calls check on its own module', () => {
    const own = {
      ...rule('own'),
      secret: 'x',
      check(this: { secret: string }) {
        return [{ problem: this.secret, remedy: 'y' }];
      },
    };
    expect(asked(createRuleset([own], [], DEFAULT_POLICY).everywhere)).to.deep.equal({
      violations: [{ problem: 'x', remedy: 'y' }],
    });
  });

  it('keeps the policy and the custom rules, and leaves those out that are off', () => {
    const custom = fakeCustomRules(['mine', 'yours']);
    const policy: Policy = { ...DEFAULT_POLICY, rules: settingsOf({ yours: { action: 'off' } }), contact: 'Ask us.' };
    const ruleset = createRuleset([], custom, policy);
    expect(ruleset.custom).to.equal(custom);
    expect(ruleset.policy).to.equal(policy);
    expect(ruleset.everywhere.rules.map(({ name, action }) => [name, action])).to.deep.equal([['mine', 'deny']]);
    expect(rulesetUnder({}).custom).to.deep.equal([]);
  });

  it('binds the options that hold in each selection', () => {
    const echo = rule('echo', {
      check: (_, options) => [{ problem: JSON.stringify(options), remedy: 'x' }],
      meta: {
        name: 'echo',
        description: 'A rule.',
        schema: {
          type: 'object',
          additionalProperties: false,
          properties: {
            a: { type: 'integer', default: 1, description: 'A.' },
            b: { type: 'integer', default: 2, description: 'B.' },
          },
        },
      },
    });
    const policy: Policy = {
      ...DEFAULT_POLICY,
      rules: settingsOf({ echo: { options: { a: 10 } } }),
      namespaces: [{ names: ['x'], rules: settingsOf({ echo: { options: { b: 20 } } }) }],
    };
    const { everywhere, overrides } = createRuleset([echo], [], policy);
    expect(asked(everywhere)).to.deep.equal({ violations: [{ problem: '{"a":10,"b":2}', remedy: 'x' }] });
    expect(asked(overrides[0]!.selection)).to.deep.equal({ violations: [{ problem: '{"a":10,"b":20}', remedy: 'x' }] });
  });
});

describe('a rule with several settings', () => {
  const echo = rule('echo', {
    meta: {
      name: 'echo',
      description: 'A rule.',
      order: 1,
      schema: {
        type: 'object',
        additionalProperties: false,
        properties: { a: { type: 'integer', default: 1, description: 'A.' } },
      },
    },
    check: (_, { a }: { readonly a: number }) => [{ problem: `is ${a}`, remedy: 'x' }],
  });
  const found = (
    entry: Parameters<typeof entriesOf>[0][string],
    image = 'gcr.io/acme/app:1',
    namespace = 'default',
  ) => {
    const rules = entriesOf({ echo: entry, zebra: { action: 'off' } });
    const ruleset = createRuleset([rule('zebra'), echo], fakeCustomRules(['mine']), { ...DEFAULT_POLICY, rules });
    const { findings } = reviewNow(podCreate({ x: image }, { namespace }), ruleset);
    return findings.map(({ problem, action, message }) =>
      [problem, action, ...(message === undefined ? [] : [message])].join(' '),
    );
  };
  const one = { options: { a: 1 } };
  const two = { options: { a: 2 }, action: 'warn', message: 'Two.' } as const;
  for (const [what, entry, ...judged] of [
    ['each in its place', [two, one, two], 'is 2 warn Two.', 'is 1 deny', 'is 2 warn Two.'],
    ['but those that are off', [{ ...one, action: 'off' }, two], 'is 2 warn Two.'],
    ['with the default of an option for itself', [two, {}], 'is 2 warn Two.', 'is 1 deny'],
    [
      'in a namespace that it names',
      [
        { ...one, namespaces: ['x', 'def*'] },
        { ...two, namespaces: ['x', 'default-2'] },
      ],
      'is 1 deny',
    ],
    [
      'of images that it names',
      [
        { ...one, images: ['quay.io/**', 'gcr.io/acme/*'] },
        { ...two, images: ['quay.io/**'] },
      ],
      'is 1 deny',
    ],
    [
      'where both are so',
      [
        { ...one, images: ['gcr.io/**'], namespaces: ['x'] },
        { ...two, images: ['gcr.io/**'], namespaces: ['*'] },
      ],
      'is 2 warn Two.',
    ],
    ['also a single one', { ...two, images: ['gcr.io/**'] }, 'is 2 warn Two.'],
    ['not a single one that names others', { ...two, images: ['quay.io/**'] }],
  ] as const satisfies readonly (readonly [string, Parameters<typeof found>[0], ...string[]])[]) {
    it(`judges by ${what}`, () => {
      expect(found(entry)).to.deep.equal(judged);
    });
  }

  for (const [pattern, image] of [
    ['gcr.io/acme/app:1', `gcr.io/acme/app:1@sha256:${'0'.repeat(64)}`],
    ['docker.io/**', 'nginx'],
    ['docker.io/library/nginx:latest', 'registry-1.docker.io/library/nginx'],
  ] as const) {
    it(`reads ${pattern} widely, so that ${image} is judged`, () => {
      expect(found({ ...one, images: [pattern] }, image)).to.deep.equal(['is 1 deny']);
    });
  }

  it('judges an object without a namespace by all: its pods may come to be in any', () => {
    expect(found([{ ...one, namespaces: ['x'] }, two], 'gcr.io/acme/app:1', '')).to.deep.equal([
      'is 1 deny',
      'is 2 warn Two.',
    ]);
  });

  it('prepares each distinct options once, for however many selections', () => {
    const prepared: unknown[] = [];
    const counting = rule('echo', { ...echo, prepare: (options) => prepared.push(options) });
    const namespaces = Array.from({ length: 20 }, (_, index) => ({
      names: [`n${index}`],
      rules: entriesOf({ other: { action: 'warn' }, echo: { action: 'warn' } }),
    }));
    const profiles = new Map(
      ['a', 'b', 'c', 'd', 'e'].map((name) => [name, entriesOf({ echo: name === 'a' ? [one, two] : {} })]),
    );
    createRuleset([counting, rule('other')], [], { ...DEFAULT_POLICY, profiles, namespaces });
    expect(prepared).to.deep.equal([{ a: 1 }, { a: 1 }, { a: 2 }]);
  });

  it('takes no failure of its own for a mistake in images', () => {
    const rules = entriesOf({ echo: [{ images: [undefined as never] }] });
    expect(() => createRuleset([echo], [], { ...DEFAULT_POLICY, rules })).to.throw(TypeError);
  });

  it('tells bad images once, whatever the layer, and bad options of each setting', () => {
    const where = { imagesSource: at('policy.yaml:3:4 rules.echo[0].images') };
    const bad = { images: ['gcr.io/**', 'nginx'], ...where };
    const listed = entriesOf({
      echo: [bad, { options: { a: 'x' }, sources: { a: at('A') } }, { options: { a: 'y' }, sources: { a: at('B') } }],
    });
    const namespaces = [{ names: ['n'], rules: entriesOf({ other: {} }) }];
    const policy = {
      ...DEFAULT_POLICY,
      rules: listed,
      profiles: new Map([['lab', entriesOf({ other: {} })]]),
      namespaces,
    };
    const mistakes = mistakesOf(() => createRuleset([echo, rule('other')], [], policy));
    expect(mistakes.map((mistake) => [mistake.code, locationOf(mistake)])).to.have.deep.members([
      ['policy-yaml-invalid', at('policy.yaml:3:4 rules.echo[0].images, entry 2')],
      ['option-invalid', at('A')],
      ['option-invalid', at('B')],
    ]);
  });

  it('has valid-reference say its message too, in each of its layers', () => {
    const namespaces = [{ names: ['n'], rules: entriesOf({ 'valid-reference': { message: 'There.' } }) }];
    const ruleset = rulesetUnder({ rules: entriesOf({ 'valid-reference': { message: 'Here.' } }), namespaces });
    const messages = ['default', 'n'].map((namespace) =>
      reviewNow(podCreate({ x: 'X' }, { namespace }), ruleset).findings.map(({ rule: name, message }) => [
        name,
        message,
      ]),
    );
    expect(messages).to.deep.equal([[['valid-reference', 'Here.']], [['valid-reference', 'There.']]]);
  });

  it('tells unknown rules of a profile, and options of valid-reference there', () => {
    const profiles = new Map([['lab', entriesOf({ nobodys: [{}, {}], 'valid-reference': { options: { x: 1 } } })]]);
    const mistakes = mistakesOf(() => rulesetUnder({ profiles }));
    expect(mistakes.map(({ code }) => code)).to.deep.equal(['rule-unknown', 'option-invalid']);
  });
});

describe('the effective action', () => {
  const literal: readonly (readonly [Policy['enforcement'], ...(EnforcementAction | undefined)[]])[] = [
    // ENFORCEMENT, override, rule → of a rule that denies by default, of one that is off by default
    ['deny', undefined, undefined, 'deny', 'off'],
    ['warn', undefined, undefined, 'warn', 'off'],
    ['audit', undefined, undefined, 'audit', 'off'],
    ['deny', undefined, 'warn', 'warn', 'warn'],
    ['warn', undefined, 'deny', 'warn', 'warn'],
    ['warn', undefined, 'audit', 'audit', 'audit'],
    ['deny', 'off', 'deny', 'off', 'off'],
    ['deny', 'deny', 'off', 'deny', 'deny'],
    ['audit', 'deny', 'off', 'audit', 'audit'],
    ['warn', 'audit', 'deny', 'audit', 'audit'],
  ];
  const actionOf = (
    name: string,
    enforcement: Policy['enforcement'],
    override: EnforcementAction | undefined,
    action: EnforcementAction | undefined,
  ): EnforcementAction => {
    const settings = (written: EnforcementAction | undefined) =>
      settingsOf(written === undefined ? {} : { [name]: { action: written } });
    const namespaces = [{ names: ['x'], rules: settings(override) }];
    const policy: Policy = { ...DEFAULT_POLICY, enforcement, rules: settings(action), namespaces };
    const ruleset = createRuleset([rule('empty-tag'), OFF], fakeCustomRules(['mine']), policy);
    return actionIn(selectionFor(ruleset, undefined, 'x'), name);
  };
  for (const [enforcement, override, action, denies, off] of literal) {
    it(`is ${denies} or ${off} under ENFORCEMENT ${enforcement}, override ${override}, rule ${action}`, () => {
      expect(actionOf('empty-tag', enforcement, override, action)).to.equal(denies);
      expect(actionOf('require-digest', enforcement, override, action)).to.equal(off);
    });
  }

  const rules = [
    ['empty-tag', 'deny', ACTIONS],
    ['require-digest', 'off', ACTIONS],
    ['mine', 'deny', ACTIONS],
    [VALID_REFERENCE, 'deny', ACTIVE],
  ] as const;
  for (const [name, byDefault, choices] of rules) {
    it(`of ${name} is the lesser of ENFORCEMENT and of override, or rule, or default: in all combinations`, () => {
      let combinations = 0;
      for (const enforcement of ACTIVE) {
        for (const override of [...ABSENT, ...choices]) {
          for (const action of [...ABSENT, ...choices]) {
            const written = override ?? action ?? byDefault;
            const least = Math.min(ACTIONS.indexOf(enforcement), ACTIONS.indexOf(written));
            const place = `${enforcement}, ${override}, ${action}`;
            expect(actionOf(name, enforcement, override, action), place).to.equal(ACTIONS[least]);
            combinations += 1;
          }
        }
      }
      expect(combinations).to.equal(3 * (choices.length + 1) ** 2);
    });
  }

  for (const byDefault of ACTIONS) {
    it(`of a rule that says ${byDefault} of itself is that at most, unless the policy has another`, () => {
      const own = rule('own', { meta: { name: 'own', description: 'A rule.', action: byDefault } });
      const actionUnder = (policy: Partial<Policy>): EnforcementAction =>
        actionIn(createRuleset([own], [], { ...DEFAULT_POLICY, ...policy }).everywhere, 'own');
      expect(actionUnder({})).to.equal(byDefault);
      expect(actionUnder({ rules: settingsOf({ own: { options: {} } }) })).to.equal(byDefault);
      for (const action of ACTIONS) {
        expect(actionUnder({ rules: settingsOf({ own: { action } }) })).to.equal(action);
      }
      for (const enforcement of ACTIVE) {
        const least = Math.min(ACTIONS.indexOf(enforcement), ACTIONS.indexOf(byDefault));
        expect(actionUnder({ enforcement })).to.equal(ACTIONS[least]);
      }
    });
  }

  it('of an override does not reach other namespaces', () => {
    const namespaces = [{ names: ['x'], rules: settingsOf({ 'empty-tag': { action: 'off' } }) }];
    const ruleset = rulesetUnder({ namespaces });
    expect(actionIn(selectionFor(ruleset, undefined, 'y'), 'empty-tag')).to.equal('deny');
    expect(actionIn(selectionFor(ruleset, undefined, 'x'), 'empty-tag')).to.equal('off');
  });

  it('of valid-reference is never off: what cannot be read is found, as ENFORCEMENT has it', () => {
    for (const enforcement of ACTIVE) {
      expect(actionOf(VALID_REFERENCE, enforcement, undefined, 'off')).to.equal(enforcement);
    }
  });

  it('of a rule that only judges is deny where it is to rewrite', () => {
    const { everywhere } = rulesetUnder({ rules: settingsOf({ 'empty-tag': { action: 'rewrite' } }) });
    expect(everywhere.rules.find(({ name }) => name === 'empty-tag'))
      .to.include({ action: 'deny' })
      .and.not.have.key('rewrites');
    expect(everywhere.rewrites).to.deep.equal([]);
  });
});

describe('the mistakes of a policy', () => {
  it('are told all at once, also of rules that are off', () => {
    const build = (): unknown =>
      rulesetOf({
        'empty-tag': { options: { strict: true } },
        'registry-allowlist': { action: 'off', options: { registries: ['http://x'] } },
        'blocked-tag': {},
      });
    expect(build)
      .to.throw(MistakesError)
      .with.property('message')
      .that.satisfies((message: string) => message.split('\n').length === 3)
      .and.includes('policy, rule "blocked-tag": expected the name of a rule that is loaded')
      .and.includes('Did you mean blocked-tags? [rule-unknown]')
      .and.includes('rule empty-tag, option strict: expected an option that the rule has, found true.')
      .and.includes('rule registry-allowlist, option registries, entry 1:');
  });

  const bad = { options: { registries: ['http://x'] }, sources: { registries: at('here') } };
  const badThere = { options: { registries: ['http://y'] }, sources: { registries: at('there') } };
  const valid = (setting: object): Policy['rules'] => settingsOf({ [VALID_REFERENCE]: setting });
  const cases: readonly (readonly [string, Partial<Policy>, readonly string[]])[] = [
    [
      'an unknown rule, by where its action was written',
      {
        rules: settingsOf({
          'empty-tags': { action: 'warn', actionSource: at('RULE_EMPTY_TAGS'), sources: { a: at('b') } },
        }),
      },
      ['RULE_EMPTY_TAGS | the name of a rule that is loaded | "empty-tags"'],
    ],
    [
      'an unknown rule, by where an option was written',
      { rules: settingsOf({ nobody: { options: { a: 1 }, sources: { a: at('policy.yaml, line 3') } } }) },
      ['policy.yaml, line 3 | the name of a rule that is loaded | "nobody"'],
    ],
    [
      'an unknown rule of which nothing is written, by where it was named',
      { rules: settingsOf({ nobody: { source: at('line 2') } }) },
      ['line 2 | the name of a rule that is loaded | "nobody"'],
    ],
    [
      'an unknown rule in an override',
      { namespaces: [{ names: ['x'], rules: settingsOf({ nobody: { actionSource: at('line 9') } }) }] },
      ['line 9 | the name of a rule that is loaded | "nobody"'],
    ],
    [
      'an unknown rule in an exemption',
      { exemptions: [exemptionOf({ rules: ['empty-tag', 'nobody'], images: ['gcr.io/**'] })] },
      ['policy, exemption legacy, rules | the name of a rule that is loaded | "nobody"'],
    ],
    [
      'an unknown rule in an exemption, by where it was written',
      { exemptions: [exemptionOf({ rules: ['empty-tag', 'nobody'], ruleSources: [at('line 7'), at('line 8')] })] },
      ['line 8 | the name of a rule that is loaded | "nobody"'],
    ],
    [
      'an option of valid-reference',
      { rules: valid({ options: { strict: true } }) },
      ['rule valid-reference, option strict | no options: the grammar of references is not to be chosen | true'],
    ],
    [
      'an option of valid-reference in an override, by its place',
      { namespaces: [{ names: ['x'], rules: valid({ options: { strict: 1 }, sources: { strict: at('line 4') } }) }] },
      ['line 4 | no options: the grammar of references is not to be chosen | 1'],
    ],
  ];
  for (const [name, policy, expected] of cases) {
    it(`tell ${name}`, () => {
      const mistakes = mistakesOf(() => rulesetUnder(policy, fakeCustomRules(['mine'])));
      expect(mistakes.map((mistake) => [locationOf(mistake), mistake.expected, mistake.found])).to.deep.equal(
        expected.map((row) => row.split(' | ')).map(([where = '', ...words]) => [at(where), ...words]),
      );
    });
  }

  it('tell a bad option once, however many selections it holds in, and that of an override too', () => {
    const places = (policy: Partial<Policy>) => mistakesOf(() => rulesetUnder(policy)).map(locationOf);
    const elsewhere = { names: ['x'], rules: settingsOf({ 'empty-tag': { action: 'off' } }) };
    const rules = settingsOf({ 'registry-allowlist': bad });
    expect(places({ rules, namespaces: [elsewhere, elsewhere] })).to.deep.equal([at('here, entry 1')]);
    const namespaces = [{ names: ['x'], rules: settingsOf({ 'registry-allowlist': badThere }) }];
    expect(places({ rules, namespaces })).to.deep.equal([at('here, entry 1'), at('there, entry 1')]);
    expect(places({ namespaces })).to.deep.equal([at('there, entry 1')]);
  });

  it('are none where a custom rule, or valid-reference, is named', () => {
    const named = settingsOf({ mine: { action: 'warn', options: { any: 1 } }, [VALID_REFERENCE]: { action: 'warn' } });
    const policy: Partial<Policy> = {
      rules: named,
      namespaces: [{ names: ['x'], rules: named }],
      exemptions: [exemptionOf({ rules: ['mine'], images: ['gcr.io/**'] })],
    };
    expect(mistakesOf(() => rulesetUnder(policy, fakeCustomRules(['mine'])))).to.deep.equal([]);
    // The two of the settings read the same, so they are told once.
    expect(mistakesOf(() => rulesetUnder(policy))).to.have.lengthOf(2);
  });

  it('name a custom rule that was probably meant', () => {
    const policy = { rules: settingsOf({ 'my-rul': { action: 'warn' } }) };
    const [mistake] = mistakesOf(() => rulesetUnder(policy, fakeCustomRules(['my-rule'])));
    expect(mistake?.guess).to.equal('my-rule');
  });
});

describe('selectionFor', () => {
  const override = (...names: string[]): Policy['namespaces'][number] => ({ names, rules: new Map() });
  const ruleset = rulesetUnder({ namespaces: [override('team-a', 'team-b'), override('team-*'), override('*')] });
  const some = rulesetUnder({ namespaces: [override('team-*')], profiles: new Map([['lab', new Map()]]) });
  /** 0 for everywhere, from 1 on for the overrides. */
  const indexIn = (of: Ruleset, profile: string | undefined, namespace: string | undefined): number => {
    const { everywhere, overrides } = (profile !== undefined && of.profiles.get(profile)) || of;
    const selections = [everywhere, ...overrides.map(({ selection }) => selection)];
    return selections.indexOf(selectionFor(of, profile, namespace));
  };
  for (const [namespace, everyNamed, onlyTeams] of [
    ['team-a', 1, 1],
    ['team-b', 1, 1],
    ['team-c', 2, 1],
    ['team-', 2, 1],
    ['team', 3, 0],
    ['a-team-a', 3, 0],
    ['default', 3, 0],
    [undefined, 0, 0],
  ] as const) {
    it(`takes the first override that names ${namespace}, or everywhere`, () => {
      for (const profile of [undefined, 'lab', 'unknown']) {
        expect(indexIn(ruleset, profile, namespace)).to.equal(everyNamed);
        expect(indexIn(some, profile, namespace)).to.equal(onlyTeams);
        expect(indexIn(rulesetUnder({}), profile, namespace)).to.equal(0);
      }
    });
  }
});

describe('compareRules', () => {
  it('has those with an order first, then all others by name', () => {
    const order = [
      { name: 'z', order: 1 },
      { name: 'b', order: 2 },
      { name: 'c', order: 2 },
      { name: 'a' },
      { name: 'ab' },
    ];
    expect(order.toReversed().toSorted(compareRules)).to.deep.equal(order);
    for (const one of order) expect(compareRules(one, one)).to.equal(0);
  });

  it('has the three of the seed first', () => {
    const names = BUILT_IN.map(({ meta }) => meta)
      .toSorted(compareRules)
      .map(({ name }) => name);
    expect(names.slice(0, 3)).to.deep.equal(['empty-tag', 'registry-allowlist', 'blocked-tags']);
    expect(names.slice(3)).to.deep.equal(names.slice(3).toSorted());
  });
});
