import { expect } from 'chai';
import { eventLoopTurns } from '../event-loop-turns.ts';
import type { Policy, RuleSetting } from '../../src/engine/policy.ts';
import { tryRuleset } from '../../src/ruleset/try-ruleset.ts';
import { fakeCustomRules, type Asked, type FakeCustomRules } from '../custom-rules.ts';
import { entriesOf, rulesetUnder, settingsOf } from '../ruleset.ts';

type Settings = Readonly<Record<string, Partial<RuleSetting>>>;

const override = (names: readonly string[], settings: Settings) => ({ names, rules: settingsOf(settings) });
const options = (value: unknown): Partial<RuleSetting> => ({ options: { value } });

/** What was asked of the rule `mine`, or of those named: for each sample the place of its options, its namespace and the rule. */
async function asked(policy: Partial<Policy>, names = ['mine']) {
  const custom = fakeCustomRules(names);
  await tryRuleset(rulesetUnder(policy, custom));
  return samplesIn(custom).map(({ place, context, rule }) => [
    place,
    context.profile === undefined ? context.namespace : `${context.namespace} under ${context.profile}`,
    rule,
  ]);
}

/** Of each sample what was asked about one of its images. */
const samplesIn = ({ asked: all }: FakeCustomRules): readonly Asked[] =>
  all.filter(({ context: { container } }) => container.fieldPath === 'spec.containers[0].image');

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
      [[1, 'prod', 'mine']],
    ],
    [
      'an override that no name leads to',
      { namespaces: [override(['*'], {}), override(['dev-*', 'prod'], { mine: options(1) })] },
      [[1, 'dev-sample', 'mine']],
    ],
    [
      'an override that switches the rule off',
      { namespaces: [override(['a'], { mine: { ...options(1), action: 'off' } })] },
      [],
    ],
    [
      'what is new under a profile, and in a namespace over it',
      {
        profiles: new Map([['lab', settingsOf({ mine: options(1) })]]),
        namespaces: [override(['a'], { mine: { options: { more: 1 } } })],
      },
      [
        [1, 'a', 'mine'],
        [2, 'default under lab', 'mine'],
        [3, 'a under lab', 'mine'],
      ],
    ],
  ] as const satisfies readonly (readonly [string, Partial<Policy>, unknown])[]) {
    it(`tries ${what}`, async () => {
      expect(await asked(policy)).to.deep.equal([...EVERYWHERE, ...more]);
    });
  }

  it('shows a rule every form of reference in every place', async () => {
    const custom = fakeCustomRules(['mine']);
    await tryRuleset(rulesetUnder({}, custom));
    const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
    const forms = [
      'nginx',
      'nginx:1.27',
      'library/nginx:latest',
      `nginx@${digest}`,
      'docker.io/library/nginx:1.27.3-alpine',
      `gcr.io/acme/team/app:v1.2.3@${digest}`,
      'localhost:5000/app',
      '[2001:db8::1]:5000/app:1',
      'registry.example.com:8443/a/b/c/d:Some_Tag.1-2',
    ];
    const shown = custom.asked.map(({ image, context }) => `${context.container.name} ${image}`);
    const places = ['init', 'main', 'debug', 'volume'];
    const sample = places.flatMap((place) => forms.map((form, index) => `${place}-${index} ${form}`));
    expect(shown).to.deep.equal([...sample, ...sample]);
  });

  it('tries each setting that has options of its own, though no sample is among its images or namespaces', async () => {
    const list = [{}, { ...options(1), images: ['x.io/**'] }, { ...options(2), namespaces: ['x'] }, options(1)];
    const places = (await asked({ rules: entriesOf({ mine: list }) })).map(([place]) => place);
    expect(places).to.deep.equal([0, 1, 2, 0, 1, 2]);
  });

  it('tries a rule in full where it is on, and of several those that are new there', async () => {
    const policy = {
      rules: settingsOf({ one: { action: 'off' } }),
      namespaces: [override(['a'], { one: { action: 'warn' } }), override(['b'], { one: options(1), two: options(1) })],
    };
    expect(await asked(policy, ['one', 'two'])).to.deep.equal([
      [0, 'default', 'two'],
      [0, 'default', 'two'],
      [0, 'a', 'one'],
      [0, 'a', 'one'],
      [1, 'b', 'two'],
    ]);
  });

  it('lets others have their turn where rules take long', async () => {
    const turns = await eventLoopTurns(async () =>
      tryRuleset(rulesetUnder({}, fakeCustomRules(['mine'], undefined, 100_000))),
    );
    // Two samples with 36 images each, and a turn after each check.
    expect(turns).to.be.at.least(60);
  });

  it('does not ask a rule again that has failed, and asks the others on; each that fails is told', async () => {
    const custom = fakeCustomRules(['bad', 'good', 'worse'], ({ rule }) =>
      rule === 'good' ? { violations: [] } : { failure: `${rule}.js:3: URL is not defined` },
    );
    const namespaces = [override(['a'], { bad: options(1), good: options(1) }), override(['b'], { bad: options(2) })];
    const mistakes = await tryRuleset(rulesetUnder({ namespaces }, custom));
    expect(mistakes.map(({ code, source }) => [code, source])).to.deep.equal([
      ['rule-fails-on-sample', { name: 'rule bad' }],
      ['rule-fails-on-sample', { name: 'rule worse' }],
    ]);
    expect(mistakes[0]).to.deep.include({
      found:
        'none: The rule bad failed: bad.js:3: URL is not defined. Until it is mended or switched off, it lets nothing pass.',
      remedy:
        'Take the text apart: `image.registry` and `image.repository` are apart already. `imagegate test-rules` tries it on the same pods.',
    });
    expect(samplesIn(custom).map(({ rule }) => rule)).to.deep.equal(['bad', 'good', 'worse', 'good', 'good']);
  });
});
