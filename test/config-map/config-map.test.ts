import { expect } from 'chai';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { readPolicyFolder } from '../../src/policy/policy-folder.ts';
import { policyKeysOf, ruleFilesOf } from '../../src/config-map/config-map.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { at } from '../mistakes.ts';
import { BUILT_IN } from '../ruleset.ts';

describe('ruleFilesOf', () => {
  it('finds the rules of a ConfigMap, each with what is beside it, and knows where they are', () => {
    const data = { 'b.ts': '1', 'a.js': '2', '_part.js': '3', 'd.d.ts': '4', BLOCKED_TAGS: 'dev' };
    const file = (name: string, path: string) => ({ name, path, realpath: path, configMap: 'mine', siblings: data });
    expect(ruleFilesOf({ data }, 'mine')).to.deep.equal([
      file('a', 'ConfigMap mine/a.js'),
      file('b', 'ConfigMap mine/b.ts'),
    ]);
    expect(ruleFilesOf({ data: null }, 'mine')).to.deep.equal([]);
  });
});

describe('policyKeysOf', () => {
  const folder = temporaryFolder();

  it('finds the keys of a ConfigMap, and not the rules', () => {
    const data = { 'policy.yaml': 'rules: {}', BLOCKED_TAGS: 'dev', 'mine.js': 'export default {}', '.hidden': 'x' };
    expect(policyKeysOf({ data, binaryData: { '.hidden': 'AA==' } }, 'mine')).to.deep.equal({
      keys: new Map([
        ['BLOCKED_TAGS', { text: 'dev', ...at('BLOCKED_TAGS (ConfigMap)', { configMap: 'mine' }) }],
        ['policy.yaml', { text: 'rules: {}', ...at('policy.yaml (ConfigMap)', { configMap: 'mine' }) }],
      ]),
      mistakes: [],
    });
  });

  for (const empty of [{}, { data: null, binaryData: null }, { data: {} }]) {
    it(`finds nothing in ${JSON.stringify(empty)}`, () => {
      expect(policyKeysOf(empty, 'mine')).to.deep.equal({ keys: new Map(), mistakes: [] });
    });
  }

  it('refuses binary keys, and rules too', () => {
    const binaryData = { BLOCKED_TAGS: '/w==', A: '/w==', 'a-b.mjs': '/w==', '_shared.ts': '/w==' };
    expect(policyKeysOf({ binaryData }, 'mine').mistakes).to.deep.equal(
      ['A', 'BLOCKED_TAGS', '_shared.ts', 'a-b.mjs'].map((key) => ({
        code: 'policy-key-binary',
        source: { name: `binaryData, ${key}`, in: 'ConfigMap', configMap: 'mine' },
        expected: 'policy and rules in data alone',
        found: JSON.stringify(key),
        remedy: 'Write it as text, in UTF-8.',
      })),
    );
  });

  it('gives the policy that the same ConfigMap gives when it is mounted', async () => {
    const data = { RULE_X: 'warn', ENFORCEMENT: 'audit', 'policy.yaml': 'contact: Ask.\n', 'x.mjs': '' };
    await mountConfigMap(folder.path, data);
    const { policy } = loadPolicy({}, policyKeysOf({ data }, 'mine'), BUILT_IN);
    const mounted = loadPolicy({}, await readPolicyFolder(folder.path), BUILT_IN).policy;
    expect(policy.contact).to.equal('Ask.');
    expect({ ...policy, rules: [...policy.rules.keys()] }).to.deep.equal({
      ...mounted,
      rules: [...mounted.rules.keys()],
    });
  });
});
