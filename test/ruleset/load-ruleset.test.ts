import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Selection } from '../../src/engine/ruleset.ts';
import { locationText, MistakesError, type Mistake } from '../../src/mistake/mistake.ts';
import {
  createRulesetLoader,
  loadRuleset,
  type RulesetSources,
  type PolicyInput,
} from '../../src/ruleset/load-ruleset.ts';
import { policyKeysOf } from '../../src/config-map/config-map.ts';
import { fakeCustomRules } from '../custom-rules.ts';
import { podCreate } from '../admission-request.ts';
import { reviewNow } from '../review-now.ts';
import { BUILT_IN } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { customRulesStarter, ruleFile } from './custom-rules-starter.ts';
import { at } from '../mistakes.ts';

interface Changes extends Partial<RulesetSources & Omit<PolicyInput, 'policy'>> {
  readonly data?: Readonly<Record<string, string>>;
}

const load = async ({ data = {}, ruleFiles = [], mistakes = [], ...changes }: Changes = {}) =>
  loadRuleset(
    { builtIn: BUILT_IN, environment: {}, loadCustomRules: customRulesStarter().start, ...changes },
    { policy: policyKeysOf({ data }, 'mine'), ruleFiles, mistakes },
  );

async function mistakesOf(changes: Changes): Promise<readonly Mistake[]> {
  try {
    await load(changes);
    return [];
  } catch (error) {
    expect(error).to.be.instanceOf(MistakesError);
    return (error as MistakesError).mistakes;
  }
}

/** What is wrong, and where, but for the ConfigMap. */
const told = (mistakes: readonly Mistake[]): readonly string[] =>
  mistakes.map((mistake) => `${mistake.code}: ${locationText(mistake)}`);

describe('loadRuleset', () => {
  it('has the built-in rules in their order, where nothing is set', async () => {
    const { everywhere, custom } = await load();
    expect(everywhere.rules.map(({ name, action }) => [name, action])).to.deep.equal([
      ['empty-tag', 'deny'],
      ['registry-allowlist', 'deny'],
      ['blocked-tags', 'deny'],
    ]);
    expect(custom).to.deep.equal([]);
  });

  it('follows the policy of the environment, of flat keys and of policy.yaml', async () => {
    const data = { DISABLE_EMPTY_TAG: 'false\n', 'policy.yaml': 'rules: { require-digest: { action: warn } }' };
    const ruleset = await load({ data, environment: { BLOCKED_TAGS: 'dev' } });
    const { everywhere } = ruleset;
    expect(everywhere.rules.map(({ name, action }) => `${name} ${action}`)).to.deep.equal([
      'registry-allowlist deny',
      'blocked-tags deny',
      'require-digest warn',
    ]);
    const { response } = reviewNow(podCreate({ a: 'docker.io/x:dev' }), { ...ruleset, everywhere });
    expect(response.status?.message).to.contain('These tags "dev" are prohibited.');
  });

  it('starts custom rules with the settings of each selection', async () => {
    const { start, started } = customRulesStarter();
    const yaml = `
rules: { mine: { options: { a: 1, b: 1 } } }
namespaces: [{ names: [dev-*], rules: { mine: { action: warn, options: { b: 2 } } } }]`;
    const ruleset = await load({
      data: { RULE_MINE: 'audit', 'policy.yaml': yaml },
      ruleFiles: [ruleFile('mine'), ruleFile('other')],
      loadCustomRules: start,
    });
    const [rules] = started;
    expect(ruleset.custom).to.equal(rules?.rules);
    expect(rules?.options.get('mine')?.map(({ options }) => options)).to.deep.equal([
      { a: 1, b: 1 },
      { a: 1, b: 2 },
    ]);
    const own = ({ rules: bound }: Selection) =>
      bound.filter(({ name }) => ['mine', 'other'].includes(name)).map(({ name, action }) => [name, action]);
    expect(own(ruleset.everywhere)).to.deep.equal([
      ['mine', 'audit'],
      ['other', 'deny'],
    ]);
    expect(own(ruleset.overrides[0]!.selection)[0]).to.deep.equal(['mine', 'warn']);
    // They were tried on the samples, under each selection.
    expect(new Set(rules?.rules.asked.map(({ place }) => place))).to.deep.equal(new Set([0, 1]));
  });

  it('refuses a policy of which only keys are wrong', async () => {
    expect(told(await mistakesOf({ environment: { DISABLE_EMPTY_TAG: 'yes' } }))).to.deep.equal([
      'policy-boolean-invalid: DISABLE_EMPTY_TAG (environment)',
    ]);
  });

  it('tells the mistakes of keys, of entries, of names and those that are known already at once', async () => {
    const { start } = customRulesStarter();
    const mistakes = await mistakesOf({
      environment: { ALLOWED_REGISTRIES: 'docker.io,http://gcr.io,quay', DISABLE_EMPTY_TAG: 'yes' },
      data: { BLOCKED_TAGS: 'latest,.dev,', OTHER: '', RULE_MINES: 'warn' },
      ruleFiles: [ruleFile('mine')],
      mistakes: [{ code: 'rules-folder-unreadable', ...at('x'), expected: 'y', found: 'z', remedy: 'Do.' }],
      loadCustomRules: start,
    });
    expect(told(mistakes)).to.deep.equal([
      'rules-folder-unreadable: x',
      'policy-key-unknown: OTHER (ConfigMap)',
      'policy-boolean-invalid: DISABLE_EMPTY_TAG (environment)',
      'rule-unknown: RULE_MINES (ConfigMap)',
      'option-invalid: ALLOWED_REGISTRIES (environment), entry 2',
      'option-invalid: ALLOWED_REGISTRIES (environment), entry 3',
      'option-invalid: BLOCKED_TAGS (ConfigMap), entry 2',
      'option-invalid: BLOCKED_TAGS (ConfigMap), entry 3',
    ]);
  });

  it('tells the mistakes of policy.yaml, of its options too, each with its line', async () => {
    const text = `rules:
  registry-allowlist: { options: { registries: [docker.io, quay], unqualified: x } }
  blocked-tags:
    options:
      tags: [.x]
      tag: [x]
exemptions: 7
`;
    expect(told(await mistakesOf({ data: { 'policy.yaml': text } }))).to.deep.equal([
      'policy-yaml-invalid: policy.yaml:7:1 exemptions',
      'option-invalid: policy.yaml:2:67 rules.registry-allowlist.options.unqualified',
      'option-invalid: policy.yaml:6:7 rules.blocked-tags.options.tag',
    ]);
  });

  it('tells the mistakes of rule files with those of keys, names and options', async () => {
    const mistake = { code: 'rule-file-invalid', ...at('a.js'), expected: 'x', found: 'y', remedy: 'Do.' } as const;
    const loadCustomRules = async () => ({ rules: [], mistakes: [mistake] });
    const data = { BLOCKED_TAGS: '', ALLOWED_REGISTRIES: 'quay', RULE_A: 'warn', RULE_B: 'warn' };
    expect(told(await mistakesOf({ data, ruleFiles: [ruleFile('a')], loadCustomRules }))).to.deep.equal([
      'policy-list-empty: BLOCKED_TAGS (ConfigMap)',
      'rule-file-invalid: a.js',
      'rule-unknown: RULE_B (ConfigMap)',
      'option-invalid: ALLOWED_REGISTRIES (ConfigMap), entry 1',
    ]);
  });

  it('tries the rules that could be loaded, whatever is wrong with the others and with the policy', async () => {
    const mistake = { code: 'rule-file-invalid', ...at('b.js'), expected: 'x', found: 'y', remedy: 'Do.' } as const;
    const loadCustomRules = async () => ({
      rules: fakeCustomRules(['a'], () => ({ failure: 'it threw' })),
      mistakes: [mistake],
    });
    const data = { BLOCKED_TAGS: '', ALLOWED_REGISTRIES: 'quay', RULE_A: 'warn', RULE_B: 'warn', RULE_NOBODYS: 'warn' };
    const ruleFiles = [ruleFile('a'), ruleFile('b')];
    expect(told(await mistakesOf({ data, ruleFiles, loadCustomRules }))).to.deep.equal([
      'policy-list-empty: BLOCKED_TAGS (ConfigMap)',
      'rule-file-invalid: b.js',
      'rule-unknown: RULE_NOBODYS (ConfigMap)',
      'option-invalid: ALLOWED_REGISTRIES (ConfigMap), entry 1',
      'rule-fails-on-sample: rule a',
    ]);
  });

  it('refuses rules that fail at a sample pod, and names each once', async () => {
    const { start } = customRulesStarter(() => ({ failure: 'it threw' }));
    const mistakes = await mistakesOf({ ruleFiles: [ruleFile('mine')], loadCustomRules: start });
    expect(told(mistakes)).to.deep.equal(['rule-fails-on-sample: rule mine']);
    expect(mistakes[0]?.found).to.include('The rule mine failed: it threw.');
  });

  it('makes no sandbox where there is no rule for it', async () => {
    const loadCustomRules = async (): Promise<never> => Promise.reject(new Error('not to be asked'));
    expect((await load({ loadCustomRules })).custom).to.deep.equal([]);
  });

  it('passes on what is no mistake of the operator', async () => {
    const { start } = customRulesStarter(() => {
      throw new RangeError('broken');
    });
    let thrown: unknown;
    await load({ ruleFiles: [ruleFile('mine')], loadCustomRules: start }).catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.instanceOf(RangeError);
  });
});

describe('createRulesetLoader', () => {
  const folder = temporaryFolder();
  const policyDir = (): string => join(folder.path, 'policy');
  beforeEach(async () => {
    await mkdir(policyDir());
    await mkdir(join(folder.path, 'rules'));
    await symlink(policyDir(), join(folder.path, 'link'));
    await writeFile(join(policyDir(), 'mine.js'), '');
  });

  /** The rules that are found, and what is wrong with the policy folder. */
  async function found(rulesDir?: string) {
    const loadCustomRules = async () => ({ rules: fakeCustomRules([]), mistakes: [] });
    const loader = createRulesetLoader({
      builtIn: [],
      environment: {},
      policyDir: policyDir(),
      rulesDir: rulesDir === undefined ? undefined : join(folder.path, rulesDir),
      loadCustomRules,
    });
    const { policy, ruleFiles } = await loader.read();
    return [ruleFiles.map(({ name }) => name), policy.mistakes.map(({ code }) => code)];
  }

  for (const rulesDir of ['policy', 'policy/', 'link']) {
    it(`finds rules in the policy folder where that is RULES_DIR as well, written ${rulesDir}`, async () => {
      expect(await found(rulesDir)).to.deep.equal([['mine'], []]);
    });
  }

  for (const rulesDir of [undefined, 'rules', 'missing']) {
    it(`tells a rule in the policy folder that nobody loads: RULES_DIR is ${rulesDir ?? 'not set'}`, async () => {
      expect(await found(rulesDir)).to.deep.equal([[], ['policy-key-unknown']]);
    });
  }
});
