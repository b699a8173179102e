import { expect } from 'chai';
import { requestContext } from '../../src/admission/request-context.ts';
import { endOfDay, exempt, exemptionCompiler, lapsedExemptions, lastDay } from '../../src/engine/exemptions.ts';
import { layers } from '../../src/engine/layers.ts';
import type { Exemption } from '../../src/engine/policy.ts';
import { DEFAULT_POLICY, VALID_REFERENCE } from '../../src/engine/policy.ts';
import { admissionRequest, podCreate } from '../admission-request.ts';
import { exemptionOf } from '../exemption.ts';
import { findingOf } from '../finding.ts';
import { reviewNow } from '../review-now.ts';
import { entriesOf, rulesetUnder, settingsOf } from '../ruleset.ts';

/** A finding and the request that it is of. */
interface Asked {
  readonly rule?: string;
  readonly image?: string;
  readonly namespace?: string | undefined;
  readonly username?: string;
  readonly groups?: readonly string[];
}

function contextOf({ namespace, username = 'jane', groups = ['system:authenticated'] }: Asked) {
  const { uid, kind, operation } = admissionRequest();
  const request = { uid, kind, operation, userInfo: { username, groups } };
  return requestContext(namespace === undefined ? request : { ...request, namespace }, 0);
}

function covers(parts: Partial<Exemption>, asked: Asked, unqualified = {}): boolean {
  const { rule = 'empty-tag', image = 'gcr.io/acme/app' } = asked;
  const settings = Object.entries(unqualified).map(([name, value]) => [name, { options: { unqualified: value } }]);
  const compiled = exemptionCompiler([exemptionOf(parts)])(
    layers({ ...DEFAULT_POLICY, rules: settingsOf(Object.fromEntries(settings)) }).selections.get(undefined)![0]!,
  );
  const [finding] = exempt([findingOf({ rule, image })], compiled, contextOf(asked), 0);
  return finding?.exemption !== undefined;
}

type Case = readonly [name: string, parts: Partial<Exemption>, covered: readonly Asked[], not: readonly Asked[]];

const PARTS = {
  rules: ['empty-tag', 'blocked-tags'],
  namespaces: ['team-*', 'legacy'],
  images: ['gcr.io/acme/*', '*.example.com/**'],
  users: ['jane', 'joe'],
  groups: ['devs', 'ops'],
  serviceAccounts: ['ci:deployer'],
} satisfies Partial<Exemption>;
const BOT = 'system:serviceaccount:ci:deployer';
const STRANGER = { username: 'eve', groups: ['system:authenticated'] };

describe('an exemption', () => {
  const cases: readonly Case[] = [
    ['without parts', {}, [{}, { namespace: 'x', ...STRANGER }], []],
    ['of rules', { rules: PARTS.rules }, [{}, { rule: 'blocked-tags' }], [{ rule: 'registry-allowlist' }]],
    [
      'of namespaces',
      { namespaces: PARTS.namespaces },
      [{ namespace: 'team-a' }, { namespace: 'team-' }, { namespace: 'legacy' }],
      [{ namespace: 'team' }, { namespace: 'a-team-a' }, { namespace: 'legacy-2' }, {}],
    ],
    ['of every namespace', { namespaces: ['*'] }, [{ namespace: 'x' }], [{}]],
    [
      'of images',
      { images: PARTS.images },
      [
        { image: 'gcr.io/acme/app' },
        { image: 'gcr.io/acme/app:latest' },
        { image: `gcr.io/acme/b@sha256:${'a'.repeat(64)}` },
        { image: 'a.example.com/x' },
        { image: 'a.b.example.com/x/y/z:1' },
      ],
      [
        { image: 'gcr.io/acme/app/deep' },
        { image: 'gcr.io/acme' },
        { image: 'gcr.io/acme-evil/app' },
        { image: 'eu.gcr.io/acme/app' },
        { image: 'gcr.io:443/acme/app' },
        { image: 'example.com/x' },
        { image: 'acme/app' },
      ],
    ],
    [
      'of images by tag or digest',
      { images: ['gcr.io/acme/app:1.2', `gcr.io/acme/b@sha256:${'a'.repeat(64)}`] },
      [{ image: 'gcr.io/acme/app:1.2' }, { image: `gcr.io/acme/b:1@sha256:${'a'.repeat(64)}` }],
      [
        { image: 'gcr.io/acme/app' },
        { image: 'gcr.io/acme/app:1.2.0' },
        { image: `gcr.io/acme/app:1.2@sha256:${'a'.repeat(64)}` },
        { image: 'gcr.io/acme/b:1' },
        { image: `gcr.io/acme/b@sha256:${'b'.repeat(64)}` },
      ],
    ],
    ['of users', { users: PARTS.users }, [{}, { username: 'joe' }], [{ username: 'Jane' }, { username: '' }, STRANGER]],
    [
      'of groups',
      { groups: PARTS.groups },
      [{ groups: ['devs'] }, { groups: ['x', 'ops'] }],
      [{}, { groups: [] }, { username: 'devs' }],
    ],
    [
      'of service accounts',
      { serviceAccounts: PARTS.serviceAccounts },
      [{ username: BOT }],
      [{ username: 'ci:deployer' }, { username: `${BOT}2` }, { username: 'system:serviceaccount:x:deployer' }, {}],
    ],
  ];
  for (const [name, parts, covered, not] of cases) {
    it(`${name} covers those, and no others`, () => {
      for (const asked of covered) expect(covers(parts, asked), JSON.stringify(asked)).to.equal(true);
      for (const asked of not) expect(covers(parts, asked), JSON.stringify(asked)).to.equal(false);
    });
  }

  describe('of several parts needs each of them', () => {
    const fits: Asked = { rule: 'empty-tag', namespace: 'team-a', image: 'gcr.io/acme/app', username: 'jane' };
    const misfits = {
      rules: { rule: 'registry-allowlist' },
      namespaces: { namespace: 'other' },
      images: { image: 'quay.io/acme/app' },
      users: { username: 'eve' },
    } satisfies Record<string, Asked>;
    const names = Object.keys(misfits) as (keyof typeof misfits)[];
    for (let set = 1; set < 2 ** names.length; set += 1) {
      const present = names.filter((_, bit) => (set & (2 ** bit)) !== 0);
      it(present.join(', '), () => {
        const parts = Object.fromEntries(present.map((name) => [name, PARTS[name]]));
        expect(covers(parts, fits)).to.equal(true);
        for (const name of names) {
          expect(covers(parts, { ...fits, ...misfits[name] }), name).to.equal(!present.includes(name));
        }
      });
    }
  });

  it('of several kinds of subjects takes any of them, beside the other parts', () => {
    const { users, groups, serviceAccounts } = PARTS;
    const subjects = { users, groups, serviceAccounts, namespaces: ['legacy'] };
    for (const subject of [{ username: 'joe' }, { username: BOT }, { username: 'eve', groups: ['ops'] }]) {
      expect(covers(subjects, { ...subject, namespace: 'legacy' }), subject.username).to.equal(true);
      expect(covers(subjects, { ...subject, namespace: 'x' }), subject.username).to.equal(false);
    }
    expect(covers(subjects, { ...STRANGER, namespace: 'legacy' })).to.equal(false);
  });

  describe('of an image of Docker Hub', () => {
    const BY_EVERY_LIST = ['docker.io/nginx:1', 'docker.io/library/nginx', 'index.docker.io/nginx'];
    const UNQUALIFIED = ['nginx', 'nginx:1', 'library/nginx'];
    const BY_OTHER_NAMES = [
      'docker.io:443/nginx',
      'index.docker.io:443/nginx:1',
      'registry-1.docker.io/library/nginx:1',
      'registry-1.docker.io:443/nginx',
      'registry.hub.docker.com/library/nginx',
    ];
    const OTHERS = ['gcr.io/library/nginx', 'acme/nginx', 'docker.io/acme/nginx', 'docker.io:5000/nginx', 'nginx2'];
    const ALL = [...BY_EVERY_LIST, ...UNQUALIFIED, ...BY_OTHER_NAMES];
    const covered = (rule: string, unqualified = {}, pattern = 'docker.io/library/nginx') =>
      [...ALL, ...OTHERS].filter((image) => covers({ images: [pattern] }, { rule, image }, unqualified));

    const trusting = ['registry-allowlist', 'allowed-repositories'];
    const others = ['blocked-images', 'blocked-tags', 'empty-tag', 'registry-mirror', 'require-digest', 'tag-pattern'];
    for (const rule of [...others, 'a-custom-rule']) {
      it(`from ${rule} has all its names, whatever is trusted`, () => {
        for (const option of ['docker.io', 'untrusted']) {
          const unqualified = Object.fromEntries([rule, ...trusting].map((name) => [name, option]));
          expect(covered(rule, unqualified), option).to.deep.equal(ALL);
        }
        for (const pattern of ['registry-1.docker.io/library/nginx', 'docker.io:443/nginx', '*.docker.com/library/*']) {
          expect(covered(rule, {}, pattern), pattern).to.include.members(ALL);
        }
      });
    }

    for (const [rule, other] of [trusting, trusting.toReversed()] as [string, string][]) {
      for (const [what, unqualified, expected] of [
        ['without options', {}, BY_EVERY_LIST],
        ['under its unqualified: untrusted', { [rule]: 'untrusted' }, BY_EVERY_LIST],
        ['under its unqualified: nonsense', { [rule]: 'nonsense' }, BY_EVERY_LIST],
        ['under its unqualified: docker.io', { [rule]: 'docker.io' }, [...BY_EVERY_LIST, ...UNQUALIFIED]],
        [`under unqualified: docker.io of ${other}`, { [other]: 'docker.io' }, BY_EVERY_LIST],
      ] as const) {
        it(`from ${rule} has only what that reads so too, ${what}`, () => {
          expect(covered(rule, unqualified)).to.deep.equal(expected);
          expect(covered(rule, unqualified, 'registry-1.docker.io/library/nginx')).to.deep.equal([
            'registry-1.docker.io/library/nginx:1',
          ]);
        });
      }
    }
  });

  it('never covers valid-reference, nor by images what is no reference', () => {
    for (const parts of [{}, { rules: [VALID_REFERENCE] }, { namespaces: ['*'] }]) {
      expect(covers(parts, { rule: VALID_REFERENCE, image: 'X', namespace: 'x' })).to.equal(false);
    }
    for (const rule of ['empty-tag', 'registry-allowlist']) {
      const unqualified = { 'registry-allowlist': 'docker.io' };
      expect(covers({ images: ['docker.io/**'] }, { rule, image: 'docker.io/X' }, unqualified)).to.equal(false);
    }
  });

  it('covers also that a rule failed', () => {
    const [finding] = exempt(
      [findingOf({ failed: true })],
      exemptionCompiler([exemptionOf()])(new Map()),
      contextOf({}),
      0,
    );
    expect(finding?.exemption?.name).to.equal('legacy');
  });

  it('reads unqualified as the rule does in the selection', () => {
    const unqualified = (value: string) => settingsOf({ 'registry-allowlist': { options: { unqualified: value } } });
    const { everywhere, overrides } = rulesetUnder({
      rules: unqualified('docker.io'),
      namespaces: [
        { names: ['strict'], rules: unqualified('untrusted') },
        { names: ['same'], rules: new Map() },
      ],
      exemptions: [exemptionOf({ images: ['docker.io/**'] })],
    });
    const selections = [everywhere, ...overrides.map(({ selection }) => selection)];
    // Compiled once, where it makes no difference.
    expect(selections[2]?.exemptions).to.equal(selections[0]?.exemptions);
    const coveredIn = (rule: string) => {
      const finding = findingOf({ rule, image: 'nginx' });
      return selections.map(({ exemptions }) => exempt([finding], exemptions, contextOf({}), 0)[0]?.exemption?.name);
    };
    expect(coveredIn('registry-allowlist')).to.deep.equal(['legacy', undefined, 'legacy']);
    expect(coveredIn('allowed-repositories')).to.deep.equal([undefined, undefined, undefined]);
    expect(coveredIn('empty-tag')).to.deep.equal(['legacy', 'legacy', 'legacy']);
  });
});

describe('an exemption from a rule with several settings', () => {
  it('covers what each of them finds, and reads unqualified as Docker Hub where all do', () => {
    const coveredUnder = (...unqualified: readonly string[]) => {
      const list = unqualified.map((value) => ({ options: { unqualified: value, registries: ['quay.io'] } }));
      const exemptions = [exemptionOf({ rules: ['registry-allowlist'], images: ['docker.io/**'] })];
      const ruleset = rulesetUnder({
        rules: entriesOf({ 'registry-allowlist': list, 'empty-tag': { action: 'off' } }),
        exemptions,
      });
      const { findings } = reviewNow(podCreate({ x: 'nginx' }), ruleset);
      return findings.map(({ exemption }) => exemption?.name);
    };
    expect(coveredUnder('docker.io', 'docker.io')).to.deep.equal(['legacy', 'legacy']);
    expect(coveredUnder('docker.io', 'untrusted')).to.deep.equal([undefined, undefined]);
  });
});

describe('exempt', () => {
  const END = Date.parse('2026-03-01T00:00:00Z');
  const named = (name: string, parts: Partial<Exemption> = {}) => exemptionOf({ name, ...parts });
  const coveredBy = (exemptions: readonly Exemption[], now: number): string | undefined =>
    exempt([findingOf()], exemptionCompiler(exemptions)(new Map()), contextOf({}), now)[0]?.exemption?.name;

  for (const [what, now, covered] of [
    ['long before', 0, true],
    ['a millisecond before', END - 1, true],
    ['at', END, false],
    ['a millisecond after', END + 1, false],
  ] as const) {
    it(`${covered ? 'covers' : 'does not cover'} ${what} the end`, () => {
      expect(coveredBy([named('a', { expires: END })], now)).to.equal(covered ? 'a' : undefined);
    });
  }

  it('never ends what is written never', () => {
    expect(coveredBy([named('a')], Number.MAX_SAFE_INTEGER)).to.equal('a');
  });

  for (const [what, exemptions, now, expected] of [
    ['the first of two that end never', [named('a'), named('b')], 0, 'a'],
    ['the first of two that end together', [named('a', { expires: END }), named('b', { expires: END })], 0, 'a'],
    [
      'the one that ends last',
      [END, END + 2, END + 1].map((expires) => named(`e${expires - END}`, { expires })),
      0,
      'e2',
    ],
    ['the one without an end', [named('a', { expires: END }), named('b')], 0, 'b'],
    [
      'of those that cover the one that ends last',
      [named('a', { expires: END }), named('b', { rules: ['blocked-tags'] })],
      0,
      'a',
    ],
    ['the next where the first does not cover', [named('a', { rules: ['blocked-tags'] }), named('b')], 0, 'b'],
    ['the next where the first has lapsed', [named('a', { expires: END }), named('b')], END, 'b'],
    ['none where none covers', [named('a', { rules: ['x'] }), named('b', { expires: END })], END, undefined],
    ['none where there are none', [], 0, undefined],
  ] as const) {
    it(`names ${what}`, () => {
      expect(coveredBy(exemptions, now)).to.equal(expected);
    });
  }

  it('adds the exemption, and leaves all else as it was', () => {
    const findings = [findingOf(), findingOf({ rule: 'blocked-tags', action: 'warn' }), findingOf({ action: 'audit' })];
    const before = [...findings];
    const exemption = named('a', { rules: ['empty-tag'] });
    const after = exempt(findings, exemptionCompiler([exemption])(new Map()), contextOf({}), 0);
    expect(after).to.deep.equal([{ ...before[0], exemption }, before[1], { ...before[2], exemption }]);
    expect(after[1]).to.equal(before[1]);
    expect(findings).to.deep.equal(before);
    expect(exempt([], exemptionCompiler([exemption])(new Map()), contextOf({}), 0)).to.deep.equal([]);
  });
});

describe('endOfDay', () => {
  for (const day of ['2026-02-28', '2028-02-29', '9999-12-31', 'never'])
    it(`is the end of ${day}, as lastDay reads it`, () =>
      expect(lastDay(exemptionOf({ expires: endOfDay(day) }))).to.equal(day));

  it('is that of 24:00 UTC', () =>
    expect(new Date(endOfDay('2026-12-31')).toISOString()).to.match(/^2027-01-01T00:00/));

  for (const day of [
    '2026-02-29',
    '2026-02-30',
    '2026-13-01',
    '2026-1-1',
    '2026-02-28T00:00',
    ' 2026-02-28',
    'Never',
    '',
  ])
    it(`is none for ${JSON.stringify(day)}`, () => expect(endOfDay(day)).to.be.NaN);
});

describe('lapsedExemptions', () => {
  it('are those that cover nothing any more', () => {
    const exemptions = [10, 11, 12, Infinity].map((expires) => exemptionOf({ name: `e${expires}`, expires }));
    for (const [now, lapsed] of [
      [9, []],
      [10, ['e10']],
      [11, ['e10', 'e11']],
      [Number.MAX_SAFE_INTEGER, ['e10', 'e11', 'e12']],
    ] as const) {
      expect(lapsedExemptions(exemptions, now).map(({ name }) => name)).to.deep.equal(lapsed);
    }
  });
});
