import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import type { Ruleset } from '../../src/engine/ruleset.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { startLiveRuleset, type LiveRuleset } from '../../src/ruleset/live-ruleset.ts';
import { createRulesetLoader, type RulesetLoader } from '../../src/ruleset/load-ruleset.ts';
import { podCreate } from '../admission-request.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { reviewNow } from '../review-now.ts';
import { BUILT_IN } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { customRulesStarter } from './custom-rules-starter.ts';
import { at } from '../mistakes.ts';

const POLL_MS = 5;
const MISTAKE = { code: 'rule-fails-on-sample', ...at('rule mine'), expected: 'x', found: 'y', remedy: 'Z.' } as const;

describe('startLiveRuleset', () => {
  const folder = temporaryFolder();
  let live: LiveRuleset | undefined;
  let loaded: Ruleset[];
  let rejected: unknown[];
  let custom: ReturnType<typeof customRulesStarter>;
  let loader: RulesetLoader;

  beforeEach(() => {
    loaded = [];
    rejected = [];
    custom = customRulesStarter();
    const dirs = { policyDir: folder.path, rulesDir: folder.path };
    loader = createRulesetLoader({ builtIn: BUILT_IN, environment: {}, loadCustomRules: custom.start, ...dirs });
  });
  afterEach(() => live?.stop());

  const start = async (load = async () => loader.load(await loader.read())): Promise<LiveRuleset> => {
    live = await startLiveRuleset({
      folders: [folder.path],
      pollMs: POLL_MS,
      load,
      onLoaded: (ruleset) => loaded.push(ruleset),
      onRejected: (error) => rejected.push(error),
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
    await until(() => loaded.length === 1, 'the new ruleset');
    expect(rulesets.current()).to.equal(loaded[0]);
    expect(actions(rulesets.current())).to.include.members(['empty-tag audit', 'mine warn']);
    await mountConfigMap(folder.path, {});
    await until(() => loaded.length === 2, 'the next ruleset');
    expect(actions(rulesets.current())[0]).to.equal('empty-tag deny');
    expect(rejected).to.deep.equal([]);
  });

  it('keeps the old one where the new one is bad, says so once, and takes it when it is mended', async () => {
    const rulesets = await start();
    const first = rulesets.current();
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'sometimes', OTHER: '' });
    await until(() => rejected.length === 1, 'the rejection');
    expect(rulesets.current()).to.equal(first);
    expect(rejected[0]).to.be.instanceOf(MistakesError);
    expect(rulesets.problem()?.split('\n')).to.have.lengthOf(3);
    expect(rulesets.problem()).to.include('[policy-action-invalid]').and.to.include('[policy-key-unknown]');
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'warn' });
    await until(() => loaded.length === 1, 'the mended ruleset');
    expect(rulesets.problem()).to.equal(undefined);
    expect(rejected).to.have.lengthOf(1);
  });

  it('tries again, every ten polls, what only lacked memory', async () => {
    const tries: number[] = [];
    let lacksMemory = false;
    const rulesets = await start(async () => {
      if (!lacksMemory) return loader.load(await loader.read());
      tries.push(performance.now());
      throw new MistakesError([{ ...MISTAKE, mayPass: true }]);
    });
    lacksMemory = true;
    await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'audit' });
    await until(() => rejected.length === 3, 'the tries');
    expect(rulesets.problem()).to.match(/^New policy rejected; the previous ruleset stays active\.\n {2}rule mine: /);
    for (const [index, time] of tries.slice(1).entries()) expect(time - tries[index]!).to.be.at.least(9 * POLL_MS);
    lacksMemory = false;
    await until(() => loaded.length === 1, 'the ruleset');
    expect(actions(rulesets.current())[0]).to.equal('empty-tag audit');
    expect(rulesets.problem()).to.equal(undefined);
  });

  for (const [what, error] of [
    ['is wrong, whatever else lacked memory', new MistakesError([{ ...MISTAKE, mayPass: true }, MISTAKE])],
    ['failed for no mistake of a policy', new Error('boom')],
  ] as const) {
    it(`does not try again what ${what}`, async () => {
      let isBad = false;
      const rulesets = await start(async () => {
        if (isBad) throw error;
        return loader.load(await loader.read());
      });
      isBad = true;
      await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'warn' });
      await until(() => rejected.length === 1, 'the rejection');
      await setTimeout(30 * POLL_MS);
      expect(rejected).to.deep.equal([error]);
      expect(rulesets.problem()).to.include(error instanceof MistakesError ? 'rule mine: ' : 'boom');
    });
  }

  it('notices plain files, written again or gone', async () => {
    await writeFile(join(folder.path, 'BLOCKED_TAGS'), 'dev');
    const rulesets = await start();
    await writeFile(join(folder.path, 'BLOCKED_TAGS'), 'old');
    await until(() => loaded.length === 1, 'the new ruleset');
    const { response } = reviewNow(podCreate({ a: 'docker.io/x:old' }), rulesets.current());
    expect(response.status?.message).to.contain('These tags "old" are prohibited.');
  });

  it('passes over files whose names begin with a dot', async () => {
    await start();
    await writeFile(join(folder.path, '.BLOCKED_TAGS.swp'), 'old');
    await setTimeout(30 * POLL_MS);
    expect(loaded).to.deep.equal([]);
  });

  it('notices what changed while the first one was loaded', async () => {
    let isFirst = true;
    await start(async () => {
      const ruleset = await loader.load(await loader.read());
      if (isFirst) await mountConfigMap(folder.path, { RULE_EMPTY_TAG: 'warn' });
      isFirst = false;
      return ruleset;
    });
    await until(() => loaded.length === 1, 'the change');
    expect(actions(loaded[0]!)[0]).to.equal('empty-tag warn');
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
    await until(() => loaded.length === 1, 'a ruleset');
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
    await until(() => rejected.length === 1, 'the rejection');
    expect(actions(rulesets.current())[0]).to.equal('empty-tag warn');
    expect(rulesets.problem()).to.include('[policy-folder-unreadable]').and.to.include('[rules-folder-unreadable]');
    await rename(`${folder.path}-gone`, folder.path);
    await until(() => rulesets.problem() === undefined, 'the folder again');
  });
});
