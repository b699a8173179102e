import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Ruleset } from '../../src/engine/ruleset.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { startLiveRuleset, type LiveRuleset } from '../../src/policy/live-ruleset.ts';
import { createRulesetLoader, type RulesetLoader } from '../../src/policy/ruleset-loader.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { BUILT_IN } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { customRulesStarter } from './custom-rules-starter.ts';

const MS = 5000;

describe('startLiveRuleset', () => {
  const folder = temporaryFolder();
  let live: LiveRuleset | undefined;
  let loaded: Ruleset[];
  let refused: unknown[];
  let custom: ReturnType<typeof customRulesStarter>;
  let loader: RulesetLoader;

  beforeEach(() => {
    loaded = [];
    refused = [];
    custom = customRulesStarter();
    const dirs = { policyDir: folder.path, rulesDir: folder.path };
    loader = createRulesetLoader({ builtIn: BUILT_IN, environment: {}, startCustomRules: custom.start, ...dirs });
  });
  afterEach(async () => live?.stop());

  const start = async (load = async () => loader.load(await loader.read())): Promise<LiveRuleset> => {
    live = await startLiveRuleset({
      folders: [folder.path],
      pollMs: 5,
      load,
      onLoaded: (ruleset) => loaded.push(ruleset),
      onRefused: (error) => refused.push(error),
    });
    return live;
  };
  const actions = ({ everywhere: { rules, custom: more } }: Ruleset): readonly string[] =>
    [...rules, ...more].map(({ name, action }) => `${name} ${action}`);

  it('takes what a ConfigMap brings, whole: policy and rules in one swap', async () => {
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'warn' });
    const rulesets = await start();
    expect(actions(rulesets.current())[0]).to.equal('empty-tag warn');
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'audit', RULE_MINE: 'warn', 'mine.js': '' });
    await until(() => loaded.length === 1, 'the new ruleset', MS);
    expect(rulesets.current()).to.equal(loaded[0]);
    expect(actions(rulesets.current())).to.include.members(['empty-tag audit', 'mine warn']);
    await mountConfigMap(folder.path, {});
    await until(() => loaded.length === 2, 'the next ruleset', MS);
    expect(actions(rulesets.current())[0]).to.equal('empty-tag deny');
    expect(custom.started.map(({ closed }) => closed)).to.deep.equal([true]);
    expect(refused).to.deep.equal([]);
  });

  it('keeps the old one where the new one is bad, says so once, and takes it when it is mended', async () => {
    const rulesets = await start();
    const first = rulesets.current();
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'sometimes', OTHER: '' });
    await until(() => refused.length === 1, 'the refusal', MS);
    expect(rulesets.current()).to.equal(first);
    expect(refused[0]).to.be.instanceOf(MistakesError);
    expect(rulesets.problem()?.split('\n')).to.have.lengthOf(3);
    expect(rulesets.problem()).to.include('[policy-action-invalid]').and.to.include('[policy-key-unknown]');
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'warn' });
    await until(() => loaded.length === 1, 'the mended ruleset', MS);
    expect(rulesets.problem()).to.equal(undefined);
    expect(refused).to.have.lengthOf(1);
  });

  it('notices plain files, written again or gone', async () => {
    await writeFile(join(folder.path, 'BLOCKED_TAGS'), 'dev');
    const rulesets = await start();
    await writeFile(join(folder.path, 'BLOCKED_TAGS'), 'old');
    await until(() => loaded.length === 1, 'the new ruleset', MS);
    expect(rulesets.current().everywhere.rules[2]?.prepared).to.deep.include({
      remedy: 'These tags "old" are prohibited.',
    });
  });

  it('drops what changed while it was loaded, and loads again', async () => {
    await mountConfigMap(folder.path, {});
    let meddle = false;
    const rulesets = await start(async () => {
      const ruleset = await loader.load(await loader.read());
      if (meddle) {
        meddle = false;
        await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'audit', 'mine.js': '' });
      }
      return ruleset;
    });
    meddle = true;
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'warn', 'mine.js': '' });
    await until(() => loaded.length === 1, 'a ruleset', MS);
    expect(actions(rulesets.current())[0]).to.equal('empty-tag audit');
    expect(custom.started.map(({ closed }) => closed)).to.deep.equal([true, false]);
  });

  it('fails at the start, where there is no old one', async () => {
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'sometimes' });
    const error = await start().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(MistakesError);
  });

  it('ends the workers of its rules when it stops', async () => {
    await mountConfigMap(folder.path, { 'mine.js': '' });
    await (await start()).stop();
    expect(custom.started[0]?.closed).to.equal(true);
  });

  it('keeps its ruleset when the folder goes away', async () => {
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'warn' });
    const rulesets = await start();
    await rename(folder.path, `${folder.path}-gone`);
    await until(() => refused.length === 1, 'the refusal', MS);
    expect(actions(rulesets.current())[0]).to.equal('empty-tag warn');
    expect(rulesets.problem()).to.include('[policy-folder-unreadable]').and.to.include('[rules-folder-unreadable]');
    await rename(`${folder.path}-gone`, folder.path);
    await until(() => rulesets.problem() === undefined, 'the folder again', MS);
  });
});
