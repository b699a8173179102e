import { expect } from 'chai';
import type { CustomJudgement, CustomRules } from '../../src/engine/evaluate-custom.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { goodRule, ruleText, start, taskOf, told } from './custom-rules.ts';

const IMAGES = ['x:1', 'x:bad'];
const LATE = 'it did not answer in time';

/** Bad rules of one request, ahead of a good one. */
const TOGETHER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'two that loop': { 'a-bad': 'for (;;);', 'b-bad': 'for (;;);' },
  'one that loops and one that blocks': {
    'a-bad': 'for (;;);',
    'b-bad': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
  },
  'one that loops and one that exits': { 'a-bad': 'for (;;);', 'b-bad': 'process.exit();' },
};

describe('WorkerPool', () => {
  const folder = temporaryFolder();
  let rules: CustomRules | undefined;
  afterEach(async () => rules?.close());

  for (const [what, checks] of Object.entries(TOGETHER)) {
    it(`lets ${what} change no verdict of another rule, from the first request to the next try`, async () => {
      const texts = Object.entries(checks).map(([name, check]) => [`${name}.js`, ruleText(name, check)]);
      const started = await start(
        folder.path,
        { ...Object.fromEntries(texts), 'z-good.js': goodRule('z-good') },
        { limits: { breakerMs: 2500 } },
      );
      rules = started.rules;
      const failures = async (): Promise<readonly string[]> => {
        const from = performance.now();
        const answer = await started.rules.judge(taskOf(IMAGES, [...Object.keys(checks), 'z-good']));
        expect(performance.now() - from).to.be.below(1000);
        expect(told(answer.filter(({ rule }) => rule === 'z-good'))).to.deep.equal(['z-good 1: is bad']);
        return failuresOf(answer);
      };
      const isLeftOut = async (): Promise<boolean> =>
        (await failures()).every((failure) => failure.startsWith('it kept'));
      await until(isLeftOut, 'the breaker to answer for all of them', 10_000);
      await until(async () => (await failures()).includes(LATE), 'another try', 10_000);
    }).timeout(30_000);
  }

  it('fails a large request at once that there is no memory for, and asks of others as before', async () => {
    const wait = "for (const from = Date.now(); image.tag === 'slow' && Date.now() - from < 200; );";
    const { rules: started } = await start(
      folder.path,
      { 'mine.js': ruleText('mine', wait), 'yours.js': goodRule('yours') },
      { limits: { fewChecks: 4, waitingChecks: 8, slowMs: 1000 } },
    );
    rules = started;
    const asked = async (...images: readonly string[]) => told(await started.judge(taskOf(images, ['mine', 'yours'])));
    const first = asked('x:slow', 'x:1', 'x:2');
    const crowded = 'it was not asked, since too many images of other requests wait for it';
    const failed = ['mine', 'yours'].flatMap((rule) => [0, 1, 2].map((image) => `${rule} ${image} failed: ${crowded}`));
    expect(await asked('x:1', 'x:bad', 'x:2')).to.deep.equal(failed);
    expect(await asked('x:1', 'x:bad'), 'a small one').to.deep.equal(['yours 1: is bad']);
    expect(await first).to.deep.equal([]);
    expect(await asked('x:1', 'x:bad', 'x:2'), 'later').to.deep.equal(['yours 1: is bad']);
  });

  it('asks a rule that loops over one image about others meanwhile, however often it does so', async () => {
    const { rules: started } = await start(folder.path, {
      'bad.js': ruleText('bad', "if (image.tag === 'loop') for (;;); return [];"),
      'good.js': goodRule('good'),
    });
    rules = started;
    const asked = async (image: string) => told(await started.judge(taskOf([image, 'x:bad'], ['bad', 'good'])));
    const late = [0, 1].map((image) => `bad ${image} failed: ${LATE}`);
    const kept = late.map((line) => line.replace(LATE, 'it kept ending its process, and is not asked for a while'));
    for (const failures of [late, late, late, kept]) {
      const state = { isOver: false };
      const looping = asked('x:loop').finally(() => (state.isOver = true));
      let others = 0;
      do {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, as long as the rule loops
        expect(await asked('x:1')).to.deep.equal(['good 1: is bad']);
        others += 1;
      } while (!state.isOver);
      // oxlint-disable-next-line no-await-in-loop
      expect(await looping).to.have.members([...failures, 'good 1: is bad']);
      // The last of them may have waited for it.
      if (failures === late) expect(others, 'so many while it loops').to.be.above(1);
    }
  });

  it('fails what cannot be told to a worker, and goes on', async () => {
    const { rules: started } = await start(folder.path, { 'good.js': goodRule('good') });
    rules = started;
    const task = taskOf(IMAGES, ['good']);
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as string;
    const request = { ...task.request, workload: { ...task.request.workload, labels: { deep } } };
    for (let time = 0; time < 5; time += 1) {
      // oxlint-disable-next-line no-await-in-loop -- a worker more than there are
      expect(told(await started.judge({ ...task, request }))).to.deep.equal(
        [0, 1].map((image) => `good ${image} failed: it could not be asked about this object`),
      );
    }
    expect(told(await started.judge(taskOf(IMAGES, ['good'])))).to.deep.equal(['good 1: is bad']);
  });

  it('asks an innocent rule, though every worker is stuck in a timer, and names no rule for their ends', async () => {
    const loop = "setTimeout(() => { console.log('loops'); for (;;); }, 1000);";
    const started = await start(
      folder.path,
      { 'a-bad.js': ruleText('a-bad', 'return;', loop), 'z-good.js': goodRule('z-good') },
      { limits: { watchMs: 600_000, graceMs: 5000 } },
    );
    rules = started.rules;
    const { lines } = started;
    await until(() => lines.filter(({ fields }) => fields['text'] === 'loops').length === 3, 'all to loop', 5000);
    const asked = [1, 2, 3].map(async () => started.rules.judge(taskOf(IMAGES, ['a-bad', 'z-good'])));
    for (const answer of await Promise.all(asked)) expect(told(answer)).to.deep.equal(['z-good 1: is bad']);
    const ends = lines.filter(({ message }) => message.startsWith('A worker for custom rules ended'));
    expect(ends.length).to.be.above(0);
    for (const { fields } of ends) expect(fields).not.to.have.property('rule');
  });
});

function failuresOf(answer: readonly CustomJudgement[]): readonly string[] {
  return answer.flatMap((judgement) => ('failure' in judgement ? [judgement.failure] : []));
}
