import { expect } from 'chai';
import { join } from 'node:path';
import { DEFAULT_POLICY, type RuleSetting } from '../../src/engine/policy.ts';
import type { Location, Mistake } from '../../src/mistake/mistake.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { readPolicyFolder, type PolicyFolder } from '../../src/policy/policy-folder.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { at, guessed, locationOf } from '../mistakes.ts';
import { BUILT_IN } from '../ruleset.ts';

const tags = (entries: readonly string[], where: Location): RuleSetting => ({
  options: { tags: entries },
  sources: { tags: where },
});

const KNOWN =
  'Known: ALLOWED_REGISTRIES, BLOCKED_TAGS, DISABLE_EMPTY_TAG, HINTS, ENFORCEMENT, RULE_<NAME>, policy.yaml.';
const ENVIRONMENT = ['it below env', 'deployment imagegate-webhook'] as const;
const CONFIG_MAP = ['its line below data', 'configmap imagegate-webhook-config'] as const;
const keepOne = (key: string, [whence, what]: readonly [string, string]): string =>
  `Keep one, even if they say the same: the next change would be made in one of them. To remove ${key}, delete ${whence}: kubectl -n imagegate edit ${what}.`;
const NOTHING: PolicyFolder = { keys: new Map(), mistakes: [] };

const places = (mistakes: readonly Mistake[]) => mistakes.map((mistake) => [mistake.code, locationOf(mistake)]);

describe('loadPolicy', () => {
  const folder = temporaryFolder();
  const fileOf = (key: string): Location => ({ source: { name: key, in: join(folder.path, key) } });
  const lineOf = (line: number, column: number, place: string): Location => ({
    source: { ...fileOf('policy.yaml').source, line, column },
    place,
  });
  const load = async (environment: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) => {
    await mountConfigMap(folder.path, files);
    const { policy, mistakes } = loadPolicy(environment, await readPolicyFolder(folder.path), BUILT_IN);
    return { rules: Object.fromEntries(policy.rules), mistakes };
  };

  it('leaves all to the defaults where nothing is set', async () => {
    expect(await load({})).to.deep.equal({ rules: {}, mistakes: [] });
    expect(loadPolicy({}, NOTHING, BUILT_IN)).to.deep.equal({ policy: DEFAULT_POLICY, mistakes: [] });
  });

  it('reads all keys from the environment, and nothing else of it', async () => {
    const environment = {
      ALLOWED_REGISTRIES: 'quay.io; ghcr.io/acme',
      BLOCKED_TAGS: 'dev',
      DISABLE_EMPTY_TAG: 'false',
      PORT: '3000',
      PATH: '/bin',
      ALLOWED_REGISTRY: 'not ours to judge',
    };
    const expected = {
      'registry-allowlist': {
        options: { registries: ['quay.io', 'ghcr.io/acme'] },
        sources: { registries: at('ALLOWED_REGISTRIES (environment)') },
      },
      'blocked-tags': tags(['dev'], at('BLOCKED_TAGS (environment)')),
      'empty-tag': {
        action: 'off',
        actionSource: at('DISABLE_EMPTY_TAG (environment)'),
        options: {},
        sources: {},
      },
    };
    expect(await load(environment)).to.deep.equal({ rules: expected, mistakes: [] });
    const { policy } = loadPolicy(environment, NOTHING, BUILT_IN);
    expect(Object.fromEntries(policy.rules)).to.deep.equal(expected);
  });

  it('reads all keys from the folder', async () => {
    expect(
      await load({}, { ALLOWED_REGISTRIES: '*\n', BLOCKED_TAGS: 'dev\n', DISABLE_EMPTY_TAG: 'true\n' }),
    ).to.deep.equal({
      rules: {
        'registry-allowlist': {
          options: { registries: ['*'] },
          sources: { registries: fileOf('ALLOWED_REGISTRIES') },
        },
        'blocked-tags': tags(['dev'], fileOf('BLOCKED_TAGS')),
        'empty-tag': { action: 'deny', actionSource: fileOf('DISABLE_EMPTY_TAG'), options: {}, sources: {} },
      },
      mistakes: [],
    });
  });

  it('puts together what both places say', async () => {
    const { rules, mistakes } = await load({ BLOCKED_TAGS: 'dev' }, { DISABLE_EMPTY_TAG: 'false' });
    expect(Object.keys(rules)).to.have.members(['blocked-tags', 'empty-tag']);
    expect(mistakes).to.deep.equal([]);
  });

  it('takes the same value in both places, however it is written', async () => {
    for (const [environment, file] of [
      ['dev,test', 'dev, test'],
      ['dev,test', 'dev;test'],
      ['dev | test', 'dev,\ntest\n'],
      ['dev,test', ' dev,test\n'],
      [' dev,test\n', 'dev,test'],
    ] as const) {
      expect(await load({ BLOCKED_TAGS: environment }, { BLOCKED_TAGS: file })).to.deep.equal({
        rules: { 'blocked-tags': tags(['dev', 'test'], at('BLOCKED_TAGS (environment)')) },
        mistakes: [],
      });
    }
  });

  for (const [environment, file] of [
    ['dev', 'test'],
    ['dev', ''],
    ['a,b', 'b,a'],
    ['a,b', 'a,b,'],
    ['a b,c', 'a b,d'],
  ] as const) {
    it(`refuses ${JSON.stringify(environment)} beside ${JSON.stringify(file)}`, async () => {
      const { mistakes } = await load({ BLOCKED_TAGS: environment }, { BLOCKED_TAGS: file });
      expect(mistakes[0]).to.deep.equal({
        code: 'policy-key-conflict',
        ...at('BLOCKED_TAGS (environment)'),
        other: fileOf('BLOCKED_TAGS'),
        expected: 'the same value in both places',
        found: `${JSON.stringify(environment)} and ${JSON.stringify(file)}`,
        remedy:
          'The ConfigMap is the place that changes without a restart. To remove BLOCKED_TAGS, delete it below env: kubectl -n imagegate edit deployment imagegate-webhook.',
      });
    });
  }

  it('refuses a key that is empty in the environment: it was set', async () => {
    const { mistakes } = await load({ ALLOWED_REGISTRIES: '', DISABLE_EMPTY_TAG: '' });
    expect(mistakes.map(({ code }) => code)).to.deep.equal(['policy-list-empty', 'policy-boolean-invalid']);
  });

  for (const [key, remedy] of [
    ['ALLOWED_REGISTRY', 'ALLOWED_REGISTRIES'],
    ['blocked_tags', 'BLOCKED_TAGS'],
    ['BLOCKED_TAGS.txt', 'BLOCKED_TAGS'],
    ['policy.yml', 'policy.yaml'],
    ['enforcement', 'ENFORCEMENT'],
    ['RULE_blocked_tags', 'RULE_BLOCKED_TAGS'],
    ['rule-blocked-tags', 'RULE_BLOCKED_TAGS'],
    ['RULE_BLOCKED__TAGS', 'RULE_BLOCKED_TAGS'],
    ['RULE_', KNOWN],
    ['RULE_7', KNOWN],
    ['constructor', KNOWN],
    ['configmap.yaml', 'If it is a manifest, name the file, not its folder.'],
  ] as const) {
    it(`refuses the key ${key} in the folder`, async () => {
      const { rules, mistakes } = await load({}, { [key]: 'x' });
      expect(rules).to.deep.equal({});
      expect(mistakes.map(guessed)).to.deep.equal([
        {
          code: 'policy-key-unknown',
          ...fileOf(key),
          expected: 'a key that the policy has',
          found: JSON.stringify(key),
          remedy,
        },
      ]);
    });
  }

  it('tells every mistake at once, of both places too, and what could be understood', async () => {
    const { rules, mistakes } = await load(
      { ALLOWED_REGISTRIES: ',', DISABLE_EMPTY_TAG: 'yes' },
      { ALLOWED_REGISTRIES: '', BLOCKED_TAGS: 'dev', DISABLE_EMPTY_TAG: 'no', OTHER: 'x', UNKNOWN: 'y' },
    );
    expect(places(mistakes)).to.deep.equal([
      ['policy-key-unknown', fileOf('OTHER')],
      ['policy-key-unknown', fileOf('UNKNOWN')],
      ['policy-key-conflict', { ...at('ALLOWED_REGISTRIES (environment)'), other: fileOf('ALLOWED_REGISTRIES') }],
      ['policy-list-empty', at('ALLOWED_REGISTRIES (environment)')],
      ['policy-list-empty', fileOf('ALLOWED_REGISTRIES')],
      ['policy-key-conflict', { ...at('DISABLE_EMPTY_TAG (environment)'), other: fileOf('DISABLE_EMPTY_TAG') }],
      ['policy-boolean-invalid', at('DISABLE_EMPTY_TAG (environment)')],
      ['policy-boolean-invalid', fileOf('DISABLE_EMPTY_TAG')],
    ]);
    expect(rules).to.deep.equal({ 'blocked-tags': tags(['dev'], fileOf('BLOCKED_TAGS')) });
  });

  it('reads the environment also where the folder cannot be read', async () => {
    const { policy, mistakes } = loadPolicy(
      { BLOCKED_TAGS: 'dev' },
      await readPolicyFolder(join(folder.path, 'missing')),
      BUILT_IN,
    );
    expect(mistakes.map(({ code }) => code)).to.deep.equal(['policy-folder-unreadable']);
    expect(policy.rules.get('blocked-tags')).to.deep.equal(tags(['dev'], at('BLOCKED_TAGS (environment)')));
  });

  describe('the action of a rule', () => {
    it('is a key of its own, in the environment and in the folder, whoever may have that rule', async () => {
      const { rules, mistakes } = await load(
        { RULE_BLOCKED_TAGS: 'audit', RULE_2FA: 'x', RULES_DIR: 'rules.d' },
        { RULE_MY_RULE_2: ' warn\n', RULE_VALID_REFERENCE: 'audit', BLOCKED_TAGS: 'dev' },
      );
      expect(rules).to.deep.equal({
        'blocked-tags': {
          ...tags(['dev'], fileOf('BLOCKED_TAGS')),
          action: 'audit',
          actionSource: at('RULE_BLOCKED_TAGS (environment)'),
        },
        'my-rule-2': { action: 'warn', actionSource: fileOf('RULE_MY_RULE_2'), options: {}, sources: {} },
        'valid-reference': { action: 'audit', actionSource: fileOf('RULE_VALID_REFERENCE'), options: {}, sources: {} },
      });
      expect(places(mistakes)).to.deep.equal([['policy-key-unknown', at('RULE_2FA (environment)')]]);
    });

    for (const [disable, rule, action] of [
      ['false', 'warn', 'warn'],
      ['true', 'off', 'off'],
      ['false', 'deny', 'deny'],
    ] as const) {
      it(`RULE_EMPTY_TAG ${rule} wins over DISABLE_EMPTY_TAG ${disable}`, async () => {
        for (const [environment, files] of [
          [{}, { DISABLE_EMPTY_TAG: disable, RULE_EMPTY_TAG: rule }],
          [{ RULE_EMPTY_TAG: rule }, { DISABLE_EMPTY_TAG: disable }],
          [{ DISABLE_EMPTY_TAG: disable }, { RULE_EMPTY_TAG: rule }],
        ] as const) {
          const { rules, mistakes } = await load(environment, files);
          expect([rules['empty-tag']].flat()[0]?.action).to.equal(action);
          expect(mistakes).to.deep.equal([]);
        }
      });
    }

    it('is told in the order of the keys, wherever they stand', async () => {
      const { mistakes } = await load({ RULE_C: 'x', RULE_A: 'x' }, { RULE_D: 'x', RULE_B: 'x' });
      expect(mistakes.map(({ source }) => source.name)).to.deep.equal(['RULE_A', 'RULE_B', 'RULE_C', 'RULE_D']);
    });

    it('is a mistake when both places differ', async () => {
      const { mistakes } = await load({ RULE_X: 'warn' }, { RULE_X: 'deny' });
      expect(places(mistakes)).to.deep.equal([
        ['policy-key-conflict', { ...at('RULE_X (environment)'), other: fileOf('RULE_X') }],
      ]);
    });
  });

  describe('ENFORCEMENT', () => {
    for (const enforcement of ['deny', 'warn', 'audit'] as const) {
      it(`is ${enforcement}, in either place`, async () => {
        await mountConfigMap(folder.path, { ENFORCEMENT: `${enforcement}\n` });
        const inFolder = loadPolicy({}, await readPolicyFolder(folder.path), BUILT_IN);
        expect(inFolder).to.deep.equal({ policy: { ...DEFAULT_POLICY, enforcement }, mistakes: [] });
        const inEnvironment = loadPolicy({ ENFORCEMENT: enforcement }, NOTHING, BUILT_IN);
        expect(inEnvironment).to.deep.equal({ policy: { ...DEFAULT_POLICY, enforcement }, mistakes: [] });
      });
    }
  });

  describe('what stands in policy.yaml and in a key of its own', () => {
    for (const [key, text, yaml, path] of [
      [
        'ALLOWED_REGISTRIES',
        'gcr.io',
        'registry-allowlist: { options: { registries: [gcr.io] } }',
        'options.registries',
      ],
      ['BLOCKED_TAGS', 'dev', 'blocked-tags: { options: { tags: [x] } }', 'options.tags'],
      ['HINTS', 'true', 'registry-allowlist: { options: { hints: true } }', 'options.hints'],
      ['DISABLE_EMPTY_TAG', 'true', 'empty-tag: { action: deny }', 'action'],
      ['RULE_EMPTY_TAG', 'off', 'empty-tag: { action: deny }', 'action'],
      ['RULE_VALID_REFERENCE', 'warn', 'valid-reference: { action: audit }', 'action'],
      ['RULE_MINE', 'warn', 'mine: { action: warn }', 'action'],
    ] as const) {
      it(`${key} is a mistake that names both`, async () => {
        const files = { 'policy.yaml': `rules:\n  ${yaml}\n` };
        const [rule = ''] = yaml.split(':');
        for (const [environment, inFolder, where] of [
          [{ [key]: text }, files, at(`${key} (environment)`)],
          [{}, { ...files, [key]: text }, fileOf(key)],
        ] as const) {
          const { mistakes } = await load(environment, inFolder);
          expect(mistakes).to.have.lengthOf(1);
          expect(mistakes[0]).to.include({ code: 'policy-key-conflict', expected: 'it to be set in one of the two' });
          expect(mistakes[0]?.remedy).to.equal(
            keepOne(key, where.source.in === 'environment' ? ENVIRONMENT : CONFIG_MAP),
          );
          const column = mistakes[0]?.other?.source.column ?? 0;
          expect(column).to.be.above(2);
          const other = lineOf(2, column, `rules.${rule}.${path}`);
          expect(locationOf(mistakes[0]!)).to.deep.equal({ ...where, other });
        }
      });
    }

    for (const [key, text, list] of [
      ['BLOCKED_TAGS', 'dev', '[{}, { action: warn }]'],
      ['ALLOWED_REGISTRIES', 'gcr.io', '[{ options: { unqualified: docker.io } }]'],
      ['HINTS', 'true', '[{}]'],
    ] as const) {
      it(`${key} is a mistake beside a list, and says how to remove it`, async () => {
        const rule = key === 'BLOCKED_TAGS' ? 'blocked-tags' : 'registry-allowlist';
        const files = { 'policy.yaml': `rules:\n  ${rule}: ${list}\n` };
        const other = lineOf(2, 6 + rule.length, `rules.${rule}[0]`);
        const words = {
          code: 'policy-key-conflict',
          expected: 'it to be set in one of the two',
          found: `"${text}" and a list of settings`,
        };
        const [inEnvironment, inFolder] = [ENVIRONMENT, CONFIG_MAP].map((its) => keepOne(key, its)) as [string, string];
        expect((await load({ [key]: text }, files)).mistakes).to.deep.equal([
          { ...words, ...at(`${key} (environment)`), other, remedy: inEnvironment },
        ]);
        expect((await load({}, { ...files, [key]: text })).mistakes).to.deep.equal([
          { ...words, ...fileOf(key), other, remedy: inFolder },
        ]);
      });
    }

    it('RULE_<NAME> speaks of all settings of a list, and is a mistake beside each with an action', async () => {
      const yaml = (list: string) => ({ 'policy.yaml': `rules:\n  empty-tag: ${list}\n` });
      for (const key of ['RULE_EMPTY_TAG', 'DISABLE_EMPTY_TAG']) {
        const [text, action] = key === 'RULE_EMPTY_TAG' ? ['warn', 'warn'] : ['false', 'off'];
        const { rules, mistakes } = await load({ [key]: text }, yaml('[{ message: A }, { message: B }]'));
        expect(mistakes).to.deep.equal([]);
        expect([rules['empty-tag']].flat().map((one) => [one?.message, one?.action])).to.deep.equal([
          ['A', action],
          ['B', action],
        ]);
        const both = await load({ [key]: text }, yaml('[{ action: warn }, {}, { action: deny }]'));
        expect(both.mistakes.map(({ other }) => other?.place)).to.deep.equal([
          'rules.empty-tag[0].action',
          'rules.empty-tag[2].action',
        ]);
      }
    });

    it('is no mistake beside a list of a profile or a namespace, which takes its place', async () => {
      const yaml = `{ profiles: { lab: { rules: { blocked-tags: [{}] } } }, namespaces: [{ names: [a], rules: { blocked-tags: [{}] } }] }`;
      expect((await load({ BLOCKED_TAGS: 'dev' }, { 'policy.yaml': yaml })).mistakes).to.deep.equal([]);
    });

    it('is put together where it is not the same, and an override may say what it likes', async () => {
      const yaml = `
        rules:
          blocked-tags: { options: { implicitLatest: true } }
          registry-allowlist: { action: warn }
        namespaces:
          - { names: [dev], rules: { blocked-tags: { action: audit, options: { tags: [x] } } } }`;
      const { rules, mistakes } = await load(
        { BLOCKED_TAGS: 'dev', RULE_BLOCKED_TAGS: 'warn', ALLOWED_REGISTRIES: 'gcr.io' },
        { 'policy.yaml': yaml },
      );
      expect(mistakes).to.deep.equal([]);
      expect(rules).to.deep.equal({
        'blocked-tags': {
          action: 'warn',
          actionSource: at('RULE_BLOCKED_TAGS (environment)'),
          options: { implicitLatest: true, tags: ['dev'] },
          sources: {
            implicitLatest: lineOf(3, 38, 'rules.blocked-tags.options.implicitLatest'),
            tags: at('BLOCKED_TAGS (environment)'),
          },
          source: lineOf(3, 11, 'rules.blocked-tags'),
        },
        'registry-allowlist': {
          action: 'warn',
          actionSource: lineOf(4, 33, 'rules.registry-allowlist.action'),
          options: { registries: ['gcr.io'] },
          sources: { registries: at('ALLOWED_REGISTRIES (environment)') },
          source: lineOf(4, 11, 'rules.registry-allowlist'),
        },
      });
    });
  });

  it('passes over policy.yaml in the environment: it is a file', async () => {
    expect(await load({ 'policy.yaml': 'x: 1' })).to.deep.equal({ rules: {}, mistakes: [] });
  });
});
