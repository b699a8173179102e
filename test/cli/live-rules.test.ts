import { expect } from 'chai';
import { pino } from 'pino';
import { startLiveRules } from '../../src/cli/live-rules.ts';
import { createMetrics } from '../../src/gate/telemetry/metrics.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { rulesetOf } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';

describe('startLiveRules', () => {
  const folder = temporaryFolder();

  it('says that the machine was slow where it was, and when it tries again, and counts each failure', async () => {
    const slow = { code: 'rule-fails-on-sample', where: 'rule mine', expected: 'x', found: 'y', remedy: 'Z.' } as const;
    const results = [
      () => rulesetOf(),
      ...[true, true, undefined].map((mayPass) => (): never => {
        throw new MistakesError([{ ...slow, ...(mayPass && { mayPass }) }]);
      }),
    ];
    const lines: Record<string, unknown>[] = [];
    const metrics = createMetrics();
    let clock = 0;
    await mountConfigMap(folder.path, {});
    const rulesets = await startLiveRules({
      loader: {
        read: async () => ({ policy: { keys: new Map(), mistakes: [] }, ruleFiles: [] }),
        load: async () => results.shift()!(),
      },
      folders: [folder.path],
      log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) }),
      metrics,
      pollMs: 1,
      now: () => (clock += 500),
    });
    await mountConfigMap(folder.path, { RULE_MINE: 'deny' });
    await until(() => results.length === 0 && lines.length > 2, 'the tries', 5000);
    await rulesets.stop();
    const tooSlow =
      'There was too little memory to load what is written now: it is tried again, and the ruleset before it stays meanwhile.';
    expect(lines.map(({ level, msg, next }) => [level, msg, next])).to.deep.equal([
      [40, tooSlow, 'in 1 s'],
      [40, tooSlow, 'in 2 s'],
      [50, 'What is written now is not used; the ruleset before it stays.', undefined],
    ]);
    expect(lines[0]?.['mistakes']).to.deep.equal(['rule mine: expected x, found y. Z. [rule-fails-on-sample]']);
    expect(await metrics.registry.metrics()).to.include('imagegate_ruleset_loads_total{result="failure"} 3\n');
  });
});
