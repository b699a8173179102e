import { expect } from 'chai';
import { join } from 'node:path';
import { DEFAULT_POLICY, type RuleSetting } from '../../src/engine/policy.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const tags = (entries: readonly string[], where: string): RuleSetting => ({
  options: { tags: entries },
  sources: { tags: where },
});

describe('loadPolicy', () => {
  const folder = temporaryFolder();
  const fileOf = (key: string): string => `${key} (${join(folder.path, key)})`;
  const load = async (environment: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) => {
    await mountConfigMap(folder.path, files);
    const { policy, mistakes } = await loadPolicy(environment, folder.path);
    return { rules: Object.fromEntries(policy.rules), mistakes };
  };

  it('leaves all to the defaults where nothing is set', async () => {
    expect(await load({})).to.deep.equal({ rules: {}, mistakes: [] });
    expect(await loadPolicy({}, undefined)).to.deep.equal({ policy: DEFAULT_POLICY, mistakes: [] });
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
        sources: { registries: 'ALLOWED_REGISTRIES (environment)' },
      },
      'blocked-tags': tags(['dev'], 'BLOCKED_TAGS (environment)'),
      'empty-tag': { action: 'off', options: {}, sources: {} },
    };
    expect(await load(environment)).to.deep.equal({ rules: expected, mistakes: [] });
    const { policy } = await loadPolicy(environment, undefined);
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
        'empty-tag': { action: 'deny', options: {}, sources: {} },
      },
      mistakes: [],
    });
  });

  it('puts together what both places say', async () => {
    const { rules, mistakes } = await load({ BLOCKED_TAGS: 'dev' }, { DISABLE_EMPTY_TAG: 'false' });
    expect(Object.keys(rules)).to.have.members(['blocked-tags', 'empty-tag']);
    expect(mistakes).to.deep.equal([]);
  });

  it('takes the same value in both places, whatever blanks are around it', async () => {
    for (const [environment, file] of [
      ['dev,test', ' dev,test\n'],
      [' dev,test\n', 'dev,test'],
    ] as const) {
      expect(await load({ BLOCKED_TAGS: environment }, { BLOCKED_TAGS: file })).to.deep.equal({
        rules: { 'blocked-tags': tags(['dev', 'test'], 'BLOCKED_TAGS (environment)') },
        mistakes: [],
      });
    }
  });

  for (const [environment, file] of [
    ['dev', 'test'],
    ['dev', ''],
    ['a,b', 'b,a'],
    ['a,b', 'a;b'],
  ] as const) {
    it(`refuses ${JSON.stringify(environment)} beside ${JSON.stringify(file)}`, async () => {
      const { mistakes } = await load({ BLOCKED_TAGS: environment }, { BLOCKED_TAGS: file });
      expect(mistakes[0]).to.deep.equal({
        code: 'policy-key-conflict',
        where: `BLOCKED_TAGS (environment) and ${fileOf('BLOCKED_TAGS')}`,
        expected: 'the same value in both places',
        found: `${JSON.stringify(environment)} and ${JSON.stringify(file)}`,
        remedy: 'Set it in one place only; the folder is the one that a ConfigMap keeps up to date.',
      });
    });
  }

  it('refuses a key that is empty in the environment: it was set', async () => {
    const { mistakes } = await load({ ALLOWED_REGISTRIES: '', DISABLE_EMPTY_TAG: '' });
    expect(mistakes.map(({ code }) => code)).to.deep.equal(['policy-list-empty', 'policy-boolean-invalid']);
  });

  for (const [key, remedy] of [
    ['ALLOWED_REGISTRY', 'Did you mean ALLOWED_REGISTRIES?'],
    ['blocked_tags', 'Did you mean BLOCKED_TAGS?'],
    ['BLOCKED_TAGS.txt', 'Did you mean BLOCKED_TAGS?'],
    ['policy.yaml', 'Known: ALLOWED_REGISTRIES, BLOCKED_TAGS, DISABLE_EMPTY_TAG.'],
    ['constructor', 'Known: ALLOWED_REGISTRIES, BLOCKED_TAGS, DISABLE_EMPTY_TAG.'],
  ] as const) {
    it(`refuses the key ${key} in the folder`, async () => {
      expect(await load({}, { [key]: 'x' })).to.deep.equal({
        rules: {},
        mistakes: [
          {
            code: 'policy-key-unknown',
            where: fileOf(key),
            expected: 'a key that the policy has',
            found: JSON.stringify(key),
            remedy,
          },
        ],
      });
    });
  }

  it('tells every mistake at once, of both places too, and what could be understood', async () => {
    const { rules, mistakes } = await load(
      { ALLOWED_REGISTRIES: ',', DISABLE_EMPTY_TAG: 'yes' },
      { ALLOWED_REGISTRIES: '', BLOCKED_TAGS: 'dev', DISABLE_EMPTY_TAG: 'no', OTHER: 'x', UNKNOWN: 'y' },
    );
    expect(mistakes.map(({ code, where }) => [code, where])).to.deep.equal([
      ['policy-key-unknown', fileOf('OTHER')],
      ['policy-key-unknown', fileOf('UNKNOWN')],
      ['policy-key-conflict', `ALLOWED_REGISTRIES (environment) and ${fileOf('ALLOWED_REGISTRIES')}`],
      ['policy-list-empty', 'ALLOWED_REGISTRIES (environment)'],
      ['policy-list-empty', fileOf('ALLOWED_REGISTRIES')],
      ['policy-key-conflict', `DISABLE_EMPTY_TAG (environment) and ${fileOf('DISABLE_EMPTY_TAG')}`],
      ['policy-boolean-invalid', 'DISABLE_EMPTY_TAG (environment)'],
      ['policy-boolean-invalid', fileOf('DISABLE_EMPTY_TAG')],
    ]);
    expect(rules).to.deep.equal({ 'blocked-tags': tags(['dev'], fileOf('BLOCKED_TAGS')) });
  });

  it('reads the environment also where the folder cannot be read', async () => {
    const { policy, mistakes } = await loadPolicy({ BLOCKED_TAGS: 'dev' }, join(folder.path, 'missing'));
    expect(mistakes.map(({ code }) => code)).to.deep.equal(['policy-folder-unreadable']);
    expect(policy.rules.get('blocked-tags')).to.deep.equal(tags(['dev'], 'BLOCKED_TAGS (environment)'));
  });
});
