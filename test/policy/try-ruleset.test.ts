import { expect } from 'chai';
import type { CustomTask } from '../../src/engine/evaluate-custom.ts';
import type { Policy, RuleSetting } from '../../src/engine/policy.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { tryRuleset } from '../../src/policy/try-ruleset.ts';
import { fakeCustomRules } from '../custom-rules.ts';
import { rulesetUnder, settingsOf } from '../ruleset.ts';

type Settings = Readonly<Record<string, Partial<RuleSetting>>>;

const override = (names: readonly string[], settings: Settings) => ({ names, rules: settingsOf(settings) });
const options = (value: unknown): Partial<RuleSetting> => ({ options: { value } });

/** What was asked of the rule `mine`, or of those named: for each sample its selection, namespace and rules. */
async function asked(policy: Partial<Policy>, names = ['mine'], allMs?: number) {
  const custom = fakeCustomRules(names);
  await tryRuleset(rulesetUnder(policy, custom), allMs);
  return custom.tasks.map(({ selection, request, rules }) => [selection, request.namespace, rules.join()]);
}

const EVERYWHERE = [
  [0, 'default', 'mine'],
  [0, 'default', 'mine'],
];

describe('tryRuleset', () => {
  for (const [what, policy, more] of [
    ['nothing but what holds everywhere', {}, []],
    [
      'no override that says the same of the rule',
      {
        rules: settingsOf({ mine: options(1) }),
        namespaces: [
          override(['a'], { 'blocked-tags': { action: 'warn' } }),
          override(['b'], { mine: { action: 'warn' } }),
          override(['c'], { mine: options(1) }),
          override(['d'], {}),
        ],
      },
      [],
    ],
    [
      'an override that gives other options, once for all that give the same',
      {
        namespaces: [
          override(['a'], { mine: options(1) }),
          override(['b-*'], { mine: options(2) }),
          override(['c'], { mine: { ...options(1), action: 'audit' } }),
        ],
      },
      [
        [1, 'a', 'mine'],
        [2, 'b-sample', 'mine'],
      ],
    ],
    [
      'an override whose first name leads to another one',
      { namespaces: [override(['dev-*'], {}), override(['dev-1', 'prod'], { mine: options(1) })] },
      [[2, 'prod', 'mine']],
    ],
    [
      'an override that no name leads to',
      { namespaces: [override(['*'], {}), override(['dev-*', 'prod'], { mine: options(1) })] },
      [[2, 'dev-sample', 'mine']],
    ],
    [
      'an override that switches the rule off',
      { namespaces: [override(['a'], { mine: { ...options(1), action: 'off' } })] },
      [],
    ],
  ] as const satisfies readonly (readonly [string, Partial<Policy>, unknown])[]) {
    it(`tries ${what}`, async () => {
      expect(await asked(policy)).to.deep.equal([...EVERYWHERE, ...more]);
    });
  }

  it('tries a rule in full where it is on, and of several those that are new there', async () => {
    const policy = {
      rules: settingsOf({ one: { action: 'off' } }),
      namespaces: [override(['a'], { one: { action: 'warn' } }), override(['b'], { one: options(1), two: options(1) })],
    };
    expect(await asked(policy, ['one', 'two'])).to.deep.equal([
      [0, 'default', 'two'],
      [0, 'default', 'two'],
      [1, 'a', 'one'],
      [1, 'a', 'one'],
      [2, 'b', 'two'],
    ]);
  });

  it('judges one sample after the other, each with the time of a request', async () => {
    const [running, left]: [number[], number[]] = [[0], []];
    const judge = async ({ deadline }: CustomTask) => {
      left.push(deadline - performance.now());
      running.push(running.at(-1)! + 1);
      await Promise.resolve();
      for (const until = performance.now() + 20; performance.now() < until;);
      running.push(running.at(-1)! - 1);
      return [];
    };
    const namespaces = Array.from({ length: 30 }, (_, index) => override([`ns-${index}`], { mine: options(index) }));
    await tryRuleset(rulesetUnder({ namespaces }, fakeCustomRules(['mine'], judge)));
    expect(left).to.have.lengthOf(32);
    expect(Math.max(...running)).to.equal(1);
    // Were it one time for all, it would be over before the last one.
    expect(Math.min(...left)).to.be.above(400);
  });

  it('tries no more once all of them together have had their time, but always what holds everywhere', async () => {
    const namespaces = [override(['a'], { mine: options(1) })];
    expect(await asked({ namespaces }, ['mine'], 0)).to.deep.equal(EVERYWHERE);
  });

  it('does not ask a rule again that has failed, and asks the others on', async () => {
    const custom = fakeCustomRules(['bad', 'good'], ({ rules }) =>
      rules.filter((rule) => rule === 'bad').map((rule) => ({ rule, image: 0, failure: 'it threw' })),
    );
    const namespaces = [override(['a'], { bad: options(1), good: options(1) }), override(['b'], { bad: options(2) })];
    let thrown: unknown;
    await tryRuleset(rulesetUnder({ namespaces }, custom)).catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.instanceOf(MistakesError);
    expect((thrown as MistakesError).mistakes.map(({ code, where }) => `${code}: ${where}`)).to.deep.equal([
      'rule-fails-on-sample: rule bad',
    ]);
    expect(custom.tasks.map(({ rules }) => rules.join())).to.deep.equal(['bad', 'good', 'good', 'good']);
  });

  it('tells each rule that fails for itself, and which were not tried when the time was over', async () => {
    const judge = async ({ rules: [rule = ''], images }: CustomTask) => {
      for (const until = performance.now() + 30; rule.startsWith('bad') && performance.now() < until;);
      return rule.startsWith('bad') ? images.map((_, image) => ({ rule, image, failure: 'it threw' })) : [];
    };
    const custom = fakeCustomRules(['bad-1', 'bad-2', 'good-1', 'good-2'], judge);
    const found = async (allMs: number): Promise<readonly string[]> =>
      tryRuleset(rulesetUnder({}, custom), allMs).then(
        () => [],
        (error: MistakesError) => error.mistakes.map(({ where, found: text }) => `${where}: ${text.split('. ')[0]}`),
      );
    const failed = [1, 2].map((number) => `rule bad-${number}: none: The rule bad-${number} failed: it threw`);
    expect(await found(10_000)).to.deep.equal(failed);
    const untried = ['bad-2', 'good-1', 'good-2'].map(
      (name) => `rule ${name}: none: it was not asked, since other rules took the 0.02 s that there are to try all`,
    );
    expect(await found(20)).to.deep.equal([failed[0], ...untried]);
  });

  for (const [what, sampleMs, mayPass, found] of [
    [
      'that it failed',
      60_000,
      undefined,
      'none: The rule mine failed: it threw. Until it is mended or switched off, it lets nothing pass.',
    ],
    ['that there was too little time, where that was over', 0, true, 'none by then'],
  ] as const) {
    it(`tells of a rule ${what}`, async () => {
      const custom = fakeCustomRules(['mine'], ({ rules: [rule = ''] }) => [{ rule, image: 0, failure: 'it threw' }]);
      const error = await tryRuleset(rulesetUnder({}, custom), 10_000, sampleMs).catch((thrown: unknown) => thrown);
      const { mistakes } = error as MistakesError;
      expect(mistakes.map((mistake) => [mistake.code, mistake.found, mistake.mayPass])).to.deep.equal([
        ['rule-fails-on-sample', found, mayPass],
      ]);
    });
  }
});
