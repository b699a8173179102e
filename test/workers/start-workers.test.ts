import { expect } from 'chai';
import type { CustomRules } from '../../src/engine/evaluate-custom.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { goodRule, ruleText, start, startMistakes, taskOf, told } from './custom-rules.ts';

const GROWS = 'const all = []; setInterval(() => all.push(Buffer.alloc(8 * 2 ** 20, 1)), 20);';

/** What rule files leave running, and the reason for which it ends workers that are asked nothing. */
const LEFT_RUNNING: Readonly<Record<string, readonly [ahead: string, reason: string]>> = {
  grows: [GROWS, 'memory'],
  loops: ['setTimeout(() => { for (;;); }, 500);', 'deadline'],
  blocks: ['setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 500);', 'deadline'],
  exits: ['setTimeout(() => process.exit(), 500);', 'exit'],
};

describe('startWorkers', () => {
  const folder = temporaryFolder();
  let rules: CustomRules | undefined;
  afterEach(async () => rules?.close());

  for (const [what, [ahead, reason]] of Object.entries(LEFT_RUNNING)) {
    it(`ends an idle worker in which something ${what}, says so, and has others to ask`, async () => {
      const started = await start(folder.path, {
        'a-bad.js': ruleText('a-bad', 'return;', ahead),
        'z-good.js': goodRule('z-good'),
      });
      rules = started.rules;
      const { lines, ends } = started;
      for (let count = 1; count <= 7; count += 3) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await until(() => ends.length >= count, `the end of ${count} workers`, 20_000);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect(told(await rules.judge(taskOf(['x:bad'], ['a-bad', 'z-good'], { ms: 5000 })))).to.deep.equal([
          'z-good 0: is bad',
        ]);
      }
      expect(ends).to.include(reason);
      const line = lines.find(({ message }) => message.startsWith('A worker for custom rules ended'));
      expect(line?.message).to.match(/ended while no rule was asked/);
      expect(line?.fields).to.deep.include({ reason });
      expect(line?.fields).not.to.have.property('rule');
    }).timeout(60_000);
  }

  it('lets workers that end by themselves rest, but for one', async () => {
    const exits = ruleText('a-bad', 'return;', 'setTimeout(() => process.exit(), 50);');
    const started = await start(folder.path, { 'a-bad.js': exits }, { limits: { restMs: 600_000 } });
    rules = started.rules;
    await until(() => started.ends.length >= 6, 'the end of six workers', 20_000);
    const ends = started.lines.filter(({ message }) => message.startsWith('A worker for custom rules ended'));
    expect(ends.filter(({ fields }) => fields['next'] === 'in 600 s').length).to.equal(2);
  }).timeout(30_000);

  it('ends a worker that uses too much memory while it loads', async () => {
    const [mistake, ...more] = await startMistakes(folder.path, {
      'a-bad.js': `${ruleText('a-bad', 'return;', GROWS)}\nawait new Promise(() => {});`,
    });
    expect(more).to.deep.equal([]);
    expect(mistake?.found).to.equal('one that uses more memory than a rule may');
  });
});
