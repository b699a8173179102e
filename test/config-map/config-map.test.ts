import { expect } from 'chai';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { readPolicyFolder } from '../../src/policy/policy-folder.ts';
import { policyKeysOf } from '../../src/config-map/config-map.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('policyKeysOf', () => {
  const folder = temporaryFolder();

  it('finds the keys of a ConfigMap, and not the rules', () => {
    const data = { 'policy.yaml': 'rules: {}', BLOCKED_TAGS: 'dev', 'mine.js': 'export default {}', '.hidden': 'x' };
    expect(policyKeysOf({ data, binaryData: { '.hidden': 'AA==' } })).to.deep.equal({
      keys: new Map([
        ['BLOCKED_TAGS', { text: 'dev', where: 'BLOCKED_TAGS (ConfigMap)' }],
        ['policy.yaml', { text: 'rules: {}', where: 'policy.yaml (ConfigMap)' }],
      ]),
      mistakes: [],
    });
  });

  for (const empty of [{}, { data: null, binaryData: null }, { data: {} }]) {
    it(`finds nothing in ${JSON.stringify(empty)}`, () => {
      expect(policyKeysOf(empty)).to.deep.equal({ keys: new Map(), mistakes: [] });
    });
  }

  it('refuses binary keys, and rules too', () => {
    const binaryData = { BLOCKED_TAGS: '/w==', A: '/w==', 'a-b.mjs': '/w==', '_shared.ts': '/w==' };
    expect(policyKeysOf({ binaryData }).mistakes).to.deep.equal(
      ['A', 'BLOCKED_TAGS', '_shared.ts', 'a-b.mjs'].map((key) => ({
        code: 'policy-key-binary',
        where: `binaryData, ${key} (ConfigMap)`,
        expected: 'policy and rules in data alone',
        found: JSON.stringify(key),
        remedy: 'Write it as text, in UTF-8.',
      })),
    );
  });

  it('gives the policy that the same ConfigMap gives when it is mounted', async () => {
    const data = { RULE_X: 'warn', ENFORCEMENT: 'audit', 'policy.yaml': 'contact: Ask.\n', 'x.mjs': '' };
    await mountConfigMap(folder.path, data);
    const { policy } = loadPolicy({}, policyKeysOf({ data }));
    const mounted = loadPolicy({}, await readPolicyFolder(folder.path)).policy;
    expect(policy.contact).to.equal('Ask.');
    expect({ ...policy, rules: [...policy.rules.keys()] }).to.deep.equal({
      ...mounted,
      rules: [...mounted.rules.keys()],
    });
  });
});
