import { expect } from 'chai';
import { mock } from 'node:test';
import { pino } from 'pino';
import { startLiveRules } from '../../src/cli/live-rules.ts';
import { createMetrics } from '../../src/gate/telemetry/metrics.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { rulesetOf } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { at } from '../mistakes.ts';

describe('startLiveRules', () => {
  const folder = temporaryFolder();

  it('logs each reload and each rejection, and counts them', async () => {
    const mistake = {
      code: 'rule-fails-on-sample',
      ...at('rule mine'),
      expected: 'x',
      found: 'y',
      remedy: 'Z.',
    } as const;
    const loads = [
      () => rulesetOf(),
      (): never => {
        throw new MistakesError([mistake]);
      },
      () => rulesetOf(),
    ];
    const lines: Record<string, unknown>[] = [];
    const metrics = createMetrics();
    await mountConfigMap(folder.path, {});
    const rulesets = await startLiveRules({
      loader: {
        read: async () => ({ policy: { keys: new Map(), mistakes: [] }, ruleFiles: [] }),
        load: async () => loads.shift()!(),
      },
      folders: [folder.path],
      log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) }),
      metrics,
      pollMs: 1,
    });
    await mountConfigMap(folder.path, { RULE_MINE: 'deny' });
    await until(() => lines.length === 1, 'the rejection');
    await mountConfigMap(folder.path, { RULE_MINE: 'warn' });
    await until(() => lines.length === 2, 'the reload');
    await rulesets.stop();
    expect(lines.map(({ level, msg, mistakes }) => [level, msg, mistakes])).to.deep.equal([
      [
        50,
        'New policy rejected; the previous ruleset stays active.',
        ['rule mine: expected x, found y. Z. [rule-fails-on-sample]'],
      ],
      [30, 'Ruleset reloaded.', undefined],
    ]);
    const text = await metrics.registry.metrics();
    expect(text).to.include('imagegate_ruleset_loads_total{result="failure"} 1\n');
    expect(text).to.include('imagegate_ruleset_loads_total{result="success"} 2\n');
  });

  it('looks every second', async () => {
    const { mock: timers } = mock.method(globalThis, 'setTimeout');
    try {
      const rulesets = await startLiveRules({
        loader: {
          read: async () => ({ policy: { keys: new Map(), mistakes: [] }, ruleFiles: [] }),
          load: async () => rulesetOf(),
        },
        folders: [folder.path],
        log: pino({ level: 'silent' }),
        metrics: createMetrics(),
      });
      await rulesets.stop();
    } finally {
      timers.restore();
    }
    expect(timers.calls.map(({ arguments: [, ms] }) => ms)).to.include(1000);
  });
});
