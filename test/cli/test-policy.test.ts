import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testPolicy } from '../../src/cli/test-policy.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { NOW, tryPolicy, tryTexts } from './try-policy.ts';

const RULE = "export default { meta: { name: 'a-b', description: 'X.' }, check() {} };";
const configMap = (data: string, name = 'imagegate-webhook-config'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: imagegate }\n${data}`;

/** A manifest by what is in it, and the mistakes: `place: code`. */
const BAD: readonly (readonly [what: string, manifest: string, mistakes: readonly string[]])[] = [
  [
    'a key twice',
    configMap('data:\n  RULE_BLOCKED_TAGS: deny\n  RULE_BLOCKED_TAGS: "off"\n'),
    ['x.yaml:6:3 data.RULE_BLOCKED_TAGS: policy-yaml-unreadable'],
  ],
  [
    'policy.yaml twice',
    configMap('data:\n  policy.yaml: |\n    rules: {}\n  policy.yaml: |\n    nonsense: 1\n'),
    ['x.yaml:7:3 data["policy.yaml"]: policy-yaml-unreadable'],
  ],
  [
    'a mistake in a second document',
    `${configMap('data: { RULE_BLOCKED_TAGS: deny }\n')}---\n${configMap('data: { RULE_EMPTY_TAG: wran }', 'imagegate-webhook-rules')}`,
    ['RULE_EMPTY_TAG (ConfigMap): policy-action-invalid'],
  ],
  [
    'a key in two documents',
    `${configMap('data: { RULE_BLOCKED_TAGS: deny }\n')}---\n${configMap('data: { RULE_BLOCKED_TAGS: "off" }', 'imagegate-webhook-rules')}`,
    ['x.yaml:9:9 data.RULE_BLOCKED_TAGS: policy-key-conflict'],
  ],
  [
    'a rule in two documents',
    [1, 2].map(() => configMap(`data: { a-b.mjs: "${RULE}" }\n`, 'imagegate-webhook-rules')).join('---\n'),
    ['x.yaml:9:9 data["a-b.mjs"]: policy-key-conflict'],
  ],
  ['an alias of nothing', configMap('data: *nope\n'), ['x.yaml:4:1 data: policy-yaml-unreadable']],
  [
    'values that are no text',
    configMap('data:\n  DISABLE_EMPTY_TAG: false\n  BLOCKED_TAGS: [a]\n  ENFORCEMENT:\n  ALLOWED_REGISTRIES: "*"\n'),
    [
      'x.yaml:5:3 data.DISABLE_EMPTY_TAG: policy-yaml-invalid',
      'x.yaml:6:3 data.BLOCKED_TAGS: policy-yaml-invalid',
      'x.yaml:7:3 data.ENFORCEMENT: policy-yaml-invalid',
    ],
  ],
  [
    'values that are text by YAML 1.2 alone',
    configMap(
      'data:\n  RULE_EMPTY_TAG: off\n  BLOCKED_TAGS: 1_000\n  ALLOWED_REGISTRIES: &no no\n  ENFORCEMENT: *no\n',
    ),
    [
      'x.yaml:5:3 data.RULE_EMPTY_TAG: policy-yaml-invalid',
      'x.yaml:6:3 data.BLOCKED_TAGS: policy-yaml-invalid',
      'x.yaml:7:3 data.ALLOWED_REGISTRIES: policy-yaml-invalid',
      'x.yaml:8:3 data.ENFORCEMENT: policy-yaml-invalid',
    ],
  ],
  ['no keys where they should be', configMap('data: [a]\n'), ['x.yaml:4:1 data: policy-yaml-invalid']],
  [
    'a key that no ConfigMap has',
    configMap('dat: { RULE_BLOCKED_TAGS: "off" }\n'),
    ['x.yaml:4:1 dat: policy-yaml-invalid'],
  ],
  [
    'a version that there is not',
    configMap('data: {}\n').replace('v1', 'v2'),
    ['x.yaml:1:1 apiVersion: policy-yaml-invalid'],
  ],
  [
    'another kind beside it',
    `${configMap('data: {}\n')}---\napiVersion: v1\nkind: Namespace\nmetadata: { name: imagegate }\n`,
    ['x.yaml:7:1 kind: policy-yaml-invalid'],
  ],
  [
    'a misspelt kind',
    configMap('data: {}\n').replace('ConfigMap', 'configmap'),
    ['x.yaml:2:1 kind: policy-yaml-invalid'],
  ],
  ['no kind', configMap('data: {}\n').replace('kind: ConfigMap\n', ''), ['x.yaml:1:1: policy-yaml-invalid']],
  [
    'a list of them',
    'apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: ConfigMap, data: { RULE_BLOCKED_TAGS: wran } }\n',
    ['x.yaml:2:1 kind: policy-yaml-invalid'],
  ],
  ['text beside it', `${configMap('data: {}\n')}---\ntext\n`, ['x.yaml:5:1: policy-yaml-invalid']],
  [
    'a document that is no YAML beside it',
    `${configMap('data: {}\n')}---\na: "x\n`,
    ['x.yaml:7:1: policy-yaml-unreadable'],
  ],
  [
    'a rule that is no code',
    configMap('data:\n  a-b.mjs: this is no code\n  RULE_A_B: warn\n', 'imagegate-webhook-rules'),
    ['ConfigMap imagegate-webhook-rules/a-b.mjs:1:6: rule-file-unloadable'],
  ],
  [
    'a rule that is binary',
    configMap('binaryData: { a-b.mjs: /w== }\n', 'imagegate-webhook-rules'),
    ['binaryData, a-b.mjs (ConfigMap): policy-key-binary'],
  ],
  ['a policy.yaml of two documents', 'rules: {}\n---\nrules: {}\n', ['x.yaml:2:1: policy-yaml-unreadable']],
  [
    'all that is wrong in a policy.yaml at once, by the path of the file',
    'contact: 5\nrules: { blokced-tags: {} }\nexemptions:\n  - { name: x, reason: y, owner: z, expires: never, namespaces: [a], rules: [emty-tag] }\n',
    [
      'x.yaml:1:1 contact: policy-yaml-invalid',
      'x.yaml:2:10 rules.blokced-tags: rule-unknown',
      'x.yaml:4:78 exemptions[0].rules[0]: rule-unknown',
    ],
  ],
];

const GOOD: Readonly<Record<string, string>> = {
  'a manifest': configMap('data:\n  RULE_BLOCKED_TAGS: warn\n'),
  'a manifest in JSON': '{"apiVersion":"v1","kind":"ConfigMap","data":{"RULE_BLOCKED_TAGS":"warn"}}',
  'a manifest with empty documents around': `---\n# x\n---\n${configMap('data:\n  RULE_BLOCKED_TAGS: warn\n')}---\n`,
  'a manifest with all that one may have': configMap(
    'data: { RULE_BLOCKED_TAGS: warn }\nbinaryData:\nimmutable: false\n',
  ),
  'a manifest with what kubectl leaves text or boolean': configMap(
    'data: { RULE_BLOCKED_TAGS: warn, BLOCKED_TAGS: 2027-03-31, RULE_TAG_PATTERN: !!str off }\nimmutable: no\n',
  ),
  'two manifests': `${configMap('data: { RULE_BLOCKED_TAGS: warn, RULE_A_B: "off" }\n')}---\n${configMap(`data: { a-b.mjs: "${RULE}" }\n`, 'imagegate-webhook-rules')}`,
  'a manifest of rules': configMap(`data: { a-b.mjs: "${RULE}", RULE_A_B: "off", RULE_BLOCKED_TAGS: warn }\n`),
  'a policy.yaml, which only the gate reads':
    'rules: { blocked-tags: { action: warn }, tag-pattern: { action: off } }\n',
  'a policy.yaml': 'rules: { blocked-tags: { action: warn } }\n',
};

const REMEDY =
  'The gate mounts no other, so this would never be in force. Where yours does, try its policy.yaml, or a folder of its keys. [policy-yaml-invalid]';

/** The metadata of a manifest, and its mistakes. */
const METADATA: readonly (readonly [what: string, metadata: string, mistakes: readonly string[]])[] = [
  ['no namespace', '{ name: imagegate-webhook-config }', []],
  ['labels', '{ name: imagegate-webhook-rules, namespace: imagegate, labels: { a: b } }', []],
  [
    'a misspelt name',
    '{ name: imagegate-webhook-cofnig }',
    [
      '  x.yaml:3:13 metadata.name: expected the name imagegate-webhook-config or imagegate-webhook-rules, found "imagegate-webhook-cofnig". Did you mean imagegate-webhook-config? [policy-yaml-invalid]',
    ],
  ],
  [
    'a name and a namespace that nobody mounts',
    '{ name: images, namespace: default }',
    [
      `  x.yaml:3:13 metadata.name: expected the name imagegate-webhook-config or imagegate-webhook-rules, found "images". ${REMEDY}`,
      `  x.yaml:3:27 metadata.namespace: expected the namespace imagegate, found "default". ${REMEDY}`,
    ],
  ],
];

describe('imagegate test-policy', () => {
  const folder = temporaryFolder();

  const tryAt = async (path: string, rulesDir?: string) => tryPolicy(folder.path, { path, rulesDir });
  const tryText = async (text: string) => tryTexts(folder.path, text);

  for (const [what, manifest, mistakes] of BAD) {
    it(`refuses ${what}`, async () => {
      const { code, stdout, stderr } = await tryText(manifest);
      const [head = '', , ...lines] = stderr.trimEnd().split('\n').slice(0, -2);
      const told = lines.map((line) => line.trim().replace(/: expected .*\[(.*)\]$/, ': $1'));
      expect({ code, stdout, told }).to.deep.equal({ code: 1, stdout: '', told: mistakes });
      expect(head).to.match(/^The gate would not use the policy .*x\.yaml: /);
    });
  }

  for (const [what, text] of Object.entries(GOOD)) {
    it(`takes ${what}`, async () => {
      const { code, stdout, stderr } = await tryText(text);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.match(/^The gate would use the policy x\.yaml\.\n\nEverywhere:\n\n {2}rules:\n/);
      expect([...stdout.matchAll(/^ {4}blocked-tags:\n {6}action: (.*)$/gm)].map(([, action]) => action)).to.deep.equal(
        ['warn'],
      );
    });
  }

  for (const [what, metadata, mistakes] of METADATA) {
    it(`${mistakes.length === 0 ? 'takes' : 'refuses'} a manifest with ${what}`, async () => {
      const { code, stderr } = await tryText(`apiVersion: v1\nkind: ConfigMap\nmetadata: ${metadata}\ndata: {}\n`);
      expect(code).to.equal(Math.min(mistakes.length, 1));
      expect(stderr.split('\n').filter((line) => line.startsWith('  '))).to.deep.equal(mistakes);
    });
  }

  it('says how to write what is no text', async () => {
    const { stderr } = await tryText(configMap('data: { DISABLE_EMPTY_TAG: false }\n'));
    expect(stderr).to.include(
      'x.yaml:4:9 data.DISABLE_EMPTY_TAG: expected text, found false. Quote it, so that YAML reads it as text. [policy-yaml-invalid]\n',
    );
  });

  it('has the rules of a folder beside those of the manifest', async () => {
    const rules = join(folder.path, 'rules');
    await mkdir(rules);
    await writeFile(join(rules, 'c-d.mjs'), RULE.replace('a-b', 'c-d'));
    const path = join(folder.path, 'x.yaml');
    await writeFile(path, configMap(`data: { a-b.mjs: "${RULE}", RULE_A_B: audit, RULE_C_D: audit }\n`));
    const { code, stdout } = await tryAt(path, rules);
    expect(code).to.equal(0);
    expect(stdout).to.include('\n    a-b: { action: audit }\n').and.to.include('\n    c-d: { action: audit }\n');
  });

  it('takes a folder of keys, and refuses what is not there', async () => {
    const keys = join(folder.path, 'keys');
    await mkdir(keys);
    await writeFile(join(keys, 'ENFORCEMENT'), 'audit');
    expect((await tryAt(keys)).stdout).to.include('\n    empty-tag: { action: audit }\n');
    const { code, stderr } = await tryAt(join(folder.path, 'nowhere'));
    expect(code).to.equal(2);
    expect((await tryAt(keys, join(folder.path, 'nowhere'))).code).to.equal(2);
    expect(stderr).to.match(
      /nowhere: expected a file or a folder that can be read, found ENOENT: .*\. Name a policy\.yaml, .* for each key\. \[policy-folder-unreadable\]$/m,
    );
  });

  it('passes on what is no mistake of the policy', async () => {
    const write = (): never => {
      throw new Error('EPIPE');
    };
    const writeError = (): void => {};
    const tried = testPolicy({ path: folder.path, now: NOW, write, writeError });
    expect(String(await tried.catch((error: unknown) => error))).to.equal('Error: EPIPE');
  });
});
