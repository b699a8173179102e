import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Ruleset } from '../../src/engine/ruleset.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { startLiveRuleset, type LiveRuleset, type LiveRulesetOptions } from '../../src/ruleset/live-ruleset.ts';
import { createRulesetLoader, type RulesetLoader } from '../../src/ruleset/ruleset-loader.ts';
import { podCreate } from '../admission-request.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { reviewNow } from '../review-now.ts';
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
  let retries: (number | undefined)[];
  let custom: ReturnType<typeof customRulesStarter>;
  let loader: RulesetLoader;

  beforeEach(() => {
    loaded = [];
    refused = [];
    retries = [];
    custom = customRulesStarter();
    const dirs = { policyDir: folder.path, rulesDir: folder.path };
    loader = createRulesetLoader({ builtIn: BUILT_IN, environment: {}, loadCustomRules: custom.start, ...dirs });
  });
  afterEach(async () => live?.stop());

  const start = async (
    load = async () => loader.load(await loader.read()),
    more: Partial<LiveRulesetOptions> = {},
  ): Promise<LiveRuleset> => {
    live = await startLiveRuleset({
      folders: [folder.path],
      pollMs: 5,
      load,
      onLoaded: (ruleset) => loaded.push(ruleset),
      onRefused: (error, retryMs) => {
        refused.push(error);
        retries.push(retryMs);
      },
      ...more,
    });
    return live;
  };
  const actions = ({ everywhere: { rules } }: Ruleset): readonly string[] =>
    rules.map(({ name, action }) => `${name} ${action}`);

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

  it('tries again what only lacked time, with growing pauses, until it has time or is changed', async () => {
    const tooSlow = new MistakesError([
      { code: 'rule-fails-on-sample', where: 'rule mine', expected: 'x', found: 'y', remedy: 'Z.', mayPass: true },
    ]);
    let [clock, isSlow] = [0, false];
    const tries: number[] = [];
    const pauses: (number | undefined)[] = [];
    const problems: (string | undefined)[] = [];
    const rulesets = await start(
      async () => {
        if (isSlow) tries.push(clock);
        if (isSlow) throw tooSlow;
        return loader.load(await loader.read());
      },
      {
        // Each look is half a second later than the one before.
        now: () => (clock += 500),
        onRefused: (_, retryMs) => {
          pauses.push(retryMs);
          problems.push(live?.problem());
        },
      },
    );
    isSlow = true;
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'audit' });
    await until(() => pauses.length > 8, 'the tries', MS);
    const expected = [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000);
    expect(pauses.slice(0, 8)).to.deep.equal(expected);
    for (const [index, pause] of expected.entries())
      expect(tries[index + 1]! - tries[index]!).to.be.within(pause, pause + 1500);
    expect(problems[2]).to.match(
      /^there was too little memory to load what is written, which is tried again in [34] s, and the ruleset before it is:\n {2}rule mine: /,
    );
    const before = pauses.length;
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'warn' });
    await until(() => pauses.indexOf(1000, before) !== -1, 'the change to be tried anew', MS);
    isSlow = false;
    await until(() => loaded.length === 1, 'the ruleset', MS);
    expect(actions(loaded[0]!)[0]).to.equal('empty-tag warn');
    expect(rulesets.problem()).to.equal(undefined);
  });

  it('does not try again what is wrong, whatever else lacked time', async () => {
    const mistake = { code: 'rule-unknown', where: 'x', expected: 'x', found: 'y', remedy: 'Z.' } as const;
    let isBad = false;
    const rulesets = await start(async () => {
      if (isBad) throw new MistakesError([{ ...mistake, mayPass: true }, mistake]);
      return loader.load(await loader.read());
    });
    isBad = true;
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'warn' });
    await until(() => refused.length === 1, 'the refusal', MS);
    expect(retries).to.deep.equal([undefined]);
    expect(rulesets.problem()).to.match(/^what is written is not in use, /);
  });

  it('notices plain files, written again or gone', async () => {
    await writeFile(join(folder.path, 'BLOCKED_TAGS'), 'dev');
    const rulesets = await start();
    await writeFile(join(folder.path, 'BLOCKED_TAGS'), 'old');
    await until(() => loaded.length === 1, 'the new ruleset', MS);
    const { response } = reviewNow(podCreate({ a: 'docker.io/x:old' }), rulesets.current());
    expect(response.status?.message).to.contain('These tags "old" are prohibited.');
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
  });

  it('fails at the start, where there is no old one', async () => {
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'sometimes' });
    const error = await start().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(MistakesError);
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
