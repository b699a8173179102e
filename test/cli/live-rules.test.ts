import { expect } from 'chai';
import { mock } from 'node:test';
import { pino } from 'pino';
import { rulesOf, startLiveRules } from '../../src/cli/live-rules.ts';
import { createMetrics } from '../../src/gate/telemetry/metrics.ts';
import { MistakesError } from '../../src/mistake/mistake.ts';
import { filesDigest } from '../../src/ruleset/files-digest.ts';
import { mountConfigMap } from '../mounted-config-map.ts';
import { exemptionOf } from '../exemption.ts';
import { entriesOf, rulesetUnder } from '../ruleset.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { at } from '../mistakes.ts';

describe('startLiveRules', () => {
  const folder = temporaryFolder();
  const read = async () => ({ policy: { keys: new Map<never, never>(), mistakes: [] }, ruleFiles: [] });

  it('logs each reload and each rejection, and counts them', async () => {
    const mistake = {
      code: 'rule-fails-on-sample',
      ...at('rule mine'),
      expected: 'x',
      found: 'y',
      remedy: 'Z.',
    } as const;
    const ruleset = rulesetUnder({ exemptions: [exemptionOf({ expires: 0 })] });
    const loads = [
      () => ruleset,
      (): never => {
        throw new MistakesError([mistake]);
      },
      () => ruleset,
    ];
    const lines: Record<string, unknown>[] = [];
    const metrics = createMetrics();
    await mountConfigMap(folder.path, {});
    const rulesets = await startLiveRules({
      loader: {
        read,
        load: async () => loads.shift()!(),
      },
      folders: [folder.path],
      log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) }),
      metrics,
      pollMs: 1,
    });
    await mountConfigMap(folder.path, { RULE_MINE: 'deny' });
    await until(() => lines.length === 2, 'the rejection');
    await mountConfigMap(folder.path, { RULE_MINE: 'warn' });
    await until(() => lines.length === 4, 'the reload');
    rulesets.stop();
    expect(lines.map(({ level, msg, mistakes }) => [level, msg, mistakes])).to.deep.equal([
      [40, 'An exemption has ended.', undefined],
      [
        50,
        'New policy rejected; the previous ruleset stays active.',
        ['rule mine: expected x, found y. Z. [rule-fails-on-sample]'],
      ],
      [30, 'Ruleset reloaded.', undefined],
      [40, 'An exemption has ended.', undefined],
    ]);
    expect(lines[0]).to.deep.include({ exemption: 'legacy', owner: 'team-a' });
    expect(rulesets.current().digest).to.equal(filesDigest({ RULE_MINE: 'warn' }));
    expect(lines[2]).to.deep.include({ rules: ['empty-tag', 'registry-allowlist', 'blocked-tags'] });
    const text = await metrics.registry.metrics();
    expect(text).to.include('imagegate_ruleset_loads_total{result="failure"} 1\n');
    expect(text).to.include('imagegate_ruleset_loads_total{result="success"} 2\n');
  });

  it('looks every second, and every minute for exemptions that have ended, and tells of each once', async () => {
    const names: unknown[] = [];
    const write = (line: string): void => void names.push((JSON.parse(line) as { exemption: string }).exemption);
    const exemptions = [1, 2, Infinity].map((expires) => exemptionOf({ name: `until ${expires}`, expires }));
    const [polls, looks] = [mock.method(globalThis, 'setTimeout').mock, mock.method(globalThis, 'setInterval').mock];
    const clock = mock.method(Date, 'now', () => 1).mock;
    try {
      const rulesets = await startLiveRules({
        loader: { read, load: async () => rulesetUnder({ exemptions }) },
        folders: [folder.path],
        log: pino({}, { write }),
        metrics: createMetrics(),
      });
      rulesets.stop();
      expect(polls.calls.map(({ arguments: [, ms] }) => ms)).to.include(1000);
      const [{ arguments: look, result: timer }] = looks.calls as unknown as [MinuteLook];
      expect([look[1], timer.hasRef(), names]).to.deep.equal([60_000, false, ['until 1']]);
      clock.mockImplementation(() => 2);
      look[0]();
      look[0]();
      expect(names).to.deep.equal(['until 1', 'until 2']);
      clearInterval(timer);
    } finally {
      mock.restoreAll();
    }
  });
});

describe('rulesOf', () => {
  it('names a rule once for each action, however many settings it has', () => {
    const rules = entriesOf({ 'blocked-tags': [{ action: 'deny' }, { action: 'warn' }, { action: 'deny' }] });
    const active = { rules: ['empty-tag', 'registry-allowlist', 'blocked-tags'], warned: ['blocked-tags'] };
    expect(rulesOf(rulesetUnder({ rules }))).to.deep.equal({ ...active, audited: undefined });
  });
});

interface MinuteLook {
  readonly arguments: readonly [look: () => void, ms: number];
  readonly result: NodeJS.Timeout;
}
