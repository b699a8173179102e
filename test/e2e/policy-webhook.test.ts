import { expect } from 'chai';
import { until } from '../until.ts';
import { behindRules, CONFIG, RULES, type Keys } from './rules-gate.ts';
import { done, refused } from './sentences.ts';

const policyWebhook = 'policy.com.imagegate.webhook';

const rule = (name: string): string => `export default {
  meta: { name: '${name}', description: 'Denies nothing.' },
  check() {},
};
`;

const notPatched = (mistakes: readonly string[]) => {
  const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
  const lines = [`The gate would not use this ConfigMap: ${count}.`, ...mistakes].join('\n');
  return refused(`Error from server: admission webhook "${policyWebhook}" denied the request: ${lines}`);
};

/** What is written, and what is wrong with it. */
interface Bad {
  readonly configMap: typeof CONFIG | typeof RULES;
  readonly data: Keys;
  readonly mistakes: readonly string[];
}

describe('kubectl patch of what the gate goes by', () => {
  const gate = behindRules('policy-webhook', { rules: { 'nothing.mjs': rule('nothing') } });

  const bad: Readonly<Record<string, Bad>> = {
    'a policy with mistakes in flat keys': {
      configMap: CONFIG,
      data: {
        ALLOWED_REGISTRIES: 'https://docker.io',
        DISABLE_EMPTY_TAG: 'yes',
        ENFORCEMENT: 'off',
        RULE_BLOCKED_TAGS: 'wran',
        COLOUR: 'red',
      },
      mistakes: [
        'COLOUR (ConfigMap): expected a key that the policy has, found "COLOUR". Known: ALLOWED_REGISTRIES, BLOCKED_TAGS, DISABLE_EMPTY_TAG, HINTS, ENFORCEMENT, RULE_<NAME>, policy.yaml. [policy-key-unknown]',
        'DISABLE_EMPTY_TAG (ConfigMap): expected true or false, found "yes". Write it in lower case; in a manifest, quote it, since a ConfigMap holds text. [policy-boolean-invalid]',
        'ENFORCEMENT (ConfigMap): expected one of deny, warn, audit, found "off". It cannot be off: audit already stops nobody, and tells what would have been. [policy-action-invalid]',
        'RULE_BLOCKED_TAGS (ConfigMap): expected one of deny, warn, audit, off, found "wran". Did you mean warn? [policy-action-invalid]',
        'ALLOWED_REGISTRIES (ConfigMap), entry 1: expected a registry, such as gcr.io, gcr.io/acme, *.gcr.io or localhost:5000, found "https://docker.io". Remove the scheme. [option-invalid]',
      ],
    },
    'a policy.yaml with mistakes': {
      configMap: CONFIG,
      data: {
        'policy.yaml': [
          'contact: ""',
          'rules:',
          '  blocked-tags: { action: denny, options: { tags: [dev] } }',
          '  valid-reference: { action: off }',
          'exemptions:',
          '  - { name: forever, reason: r, owner: o, rules: [empty-tag] }',
        ].join('\n'),
      },
      mistakes: [
        'policy.yaml:1:1 contact: expected text that is not empty, found "". The last line of every denial: whom to ask, where to read. [policy-yaml-invalid]',
        'policy.yaml:3:19 rules.blocked-tags.action: expected one of deny, warn, audit, off, found "denny". Did you mean deny? [policy-yaml-invalid]',
        'policy.yaml:4:22 rules.valid-reference.action: expected one of deny, warn, audit, found "off". What cannot be read no other rule can judge, so valid-reference is never off; under audit it stops nobody. [policy-yaml-invalid]',
        'policy.yaml:6:5 exemptions[0]: expected the key namespaces or images, found neither. Rules alone are not enough, nor is who asks: say where, or of which images. [policy-yaml-invalid]',
        'policy.yaml:6:5 exemptions[0]: expected the key expires, found none. The last day on which it holds, to 24:00 UTC, such as 2027-03-31. Without an end, write never. [policy-yaml-invalid]',
        'BLOCKED_TAGS (ConfigMap) and policy.yaml:3:45 rules.blocked-tags.options.tags: expected it to be set in one of the two, found "staging,latest" and ["dev"]. Keep one, even if they say the same: the next change would be made in one of them. To remove BLOCKED_TAGS, delete its line below data: kubectl -n imagegate edit configmap imagegate-webhook-config. [policy-key-conflict]',
      ],
    },
    'a policy.yaml that is no YAML': {
      configMap: CONFIG,
      data: { 'policy.yaml': 'rules: {\n' },
      mistakes: [
        'policy.yaml:2:1: expected YAML 1.2, found Flow map in block collection must be sufficiently indented and end with a }. Mend it there or just before; text with ": " or " #" in it needs quotes. [policy-yaml-unreadable]',
      ],
    },
    'a policy that names a rule which nobody has, by a slip of the pen': {
      configMap: CONFIG,
      data: { RULE_BLOCKED_TAG: 'warn' },
      mistakes: [
        'RULE_BLOCKED_TAG (ConfigMap): expected the name of a rule that is loaded, found "blocked-tag". Did you mean blocked-tags? [rule-unknown]',
      ],
    },
    'rules of which two cannot be loaded': {
      configMap: RULES,
      data: { 'broken.mjs': 'export default {\n  meta: {,\n};\n', 'other-name.mjs': rule('another-name') },
      mistakes: [
        'ConfigMap imagegate-webhook-rules/broken.mjs:2:10: expected a module that can be imported, found SyntaxError: invalid property name. Mend its syntax; a rule is an ES module, also in a file that ends with .js. [rule-file-unloadable]',
        'ConfigMap imagegate-webhook-rules/other-name.mjs, meta.name: expected "other-name", the name of the file, found "another-name". Rename the one or the other. [rule-file-invalid]',
      ],
    },
    'a rule that takes the name of a built-in one': {
      configMap: RULES,
      data: { 'empty-tag.mjs': rule('empty-tag') },
      mistakes: [
        'ConfigMap imagegate-webhook-rules/empty-tag.mjs: expected a name that no other rule has, found "empty-tag", which is the rule of ImageGate itself. Give the rule another name, and the file with it. [rule-name-taken]',
      ],
    },
  };

  for (const [name, { configMap, data, mistakes }] of Object.entries(bad)) {
    it(`is refused with ${name}: all is told, and nothing is written`, async () => {
      const read = async () =>
        (await gate().cluster.kubectl(['get', 'configmap', configMap, '-n', 'imagegate', '-o', 'json'])).stdout;
      const before = await read();
      expect(await gate().patch(configMap, data)).to.deep.equal(notPatched(mistakes));
      expect(await read()).to.equal(before);
    });
  }

  it('is refused with a rule whose import never ends', async () => {
    const data = { 'endless.mjs': 'for (;;);' };
    const mistake =
      'ConfigMap imagegate-webhook-rules/endless.mjs: expected a module that can be imported, found one that did not come to its end: it used up its budget of 1,000,000 steps. A rule file only says what the rule is: keep loops and waiting out of it. [rule-file-unloadable]';
    expect(await gate().patch(RULES, data)).to.deep.equal(notPatched([mistake]));
  });

  it('warns of a rule that is not loaded yet', async () => {
    expect(await gate().patch(CONFIG, { RULE_SIGNED_IMAGES: 'warn' })).to.deep.equal(
      done(`configmap/${CONFIG} patched`, [
        'RULE_SIGNED_IMAGES (ConfigMap): no rule "signed-images" is loaded. Until it is, the gate goes on with the policy that it has. [imagegate]',
      ]),
    );
  });

  it('takes what is mended, and what has nothing to do with the policy', async () => {
    const before = gate().log().length;
    expect(await gate().patch(CONFIG, { RULE_SIGNED_IMAGES: null, RULE_NOTHING: 'audit' })).to.deep.equal(
      done(`configmap/${CONFIG} patched`),
    );
    expect(await gate().patch(RULES, { 'README.md': null, '_shared.js': 'export const x = 1;' })).to.deep.equal(
      done(`configmap/${RULES} patched`),
    );
    const label = ['label', 'configmap', RULES, '-n', 'imagegate', 'a=b'];
    expect(await gate().cluster.kubectl(label)).to.deep.equal(done(`configmap/${RULES} labeled`));
    const judged = async () =>
      gate()
        .log()
        .slice(before)
        .filter(({ msg }) => msg === 'policy review').length >= 3;
    await until(judged, 'the reviews in the log');
  });

  it('does not ask about other ConfigMaps, nor about such names elsewhere', async () => {
    const { cluster, kubectl } = gate();
    const create = ['create', 'configmap', '--from-literal=COLOUR=red', '--dry-run=server'];
    expect(await cluster.kubectl([...create, 'other', '-n', 'imagegate'])).to.include({ code: 0, stderr: '' });
    expect(await kubectl([...create, CONFIG])).to.include({ code: 0, stderr: '' });
  });
});
