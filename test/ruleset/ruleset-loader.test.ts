import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRulesetLoader } from '../../src/ruleset/ruleset-loader.ts';
import { fakeCustomRules } from '../custom-rules.ts';
import { temporaryFolder } from '../temporary-folder.ts';

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
    const loadCustomRules = async () => fakeCustomRules([]);
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
